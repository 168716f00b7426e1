//! Posts and who holds them.

use minshu_kernel::access::Resource;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{OrganisationId, PostId};
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::text::LocalText;
use minshu_kernel::{statements, values};

use crate::error::IdentityError;
use crate::model::{Appointment, AppointmentId, Post, Term};

statements! {
    /// A post by its id.
    SELECT_POST = "
SELECT id, organisation, name_zh, name_en, division, version
FROM identity_post
WHERE id = $1";
    /// The posts of an organisation.
    SELECT_POSTS = "
SELECT id, organisation, name_zh, name_en, division, version
FROM identity_post
WHERE organisation = $1
ORDER BY created_ms, id
LIMIT $2";
    /// The roles that a post grants.
    SELECT_POST_ROLES = "
SELECT role
FROM identity_post_role
WHERE post = $1
ORDER BY role
LIMIT 50";
    /// A new post.
    INSERT_POST = "
INSERT INTO identity_post (id, organisation, name_zh, name_en, division, version, created_ms)
VALUES ($1, $2, $3, $4, $5, 1, $6)";
    /// A changed post.
    UPDATE_POST = "
UPDATE identity_post
SET name_zh = $3,
    name_en = $4,
    division = $5,
    version = version + 1
WHERE id = $1 AND version = $2";
    /// A post whose holders changed.
    UPDATE_POST_VERSION = "
UPDATE identity_post
SET version = version + 1
WHERE id = $1 AND version = $2";
    /// Takes all roles from a post.
    DELETE_POST_ROLES = "
DELETE FROM identity_post_role
WHERE post = $1";
    /// Gives a role to a post.
    INSERT_POST_ROLE = "
INSERT INTO identity_post_role (post, role)
VALUES ($1, $2)";
    /// An appointment by its id.
    SELECT_APPOINTMENT = "
SELECT id, post, account, kind, instead_of, from_ms, until_ms, ended_ms, version
FROM identity_appointment
WHERE id = $1";
    /// The appointment of an account to a post that nobody ended.
    SELECT_APPOINTMENT_OPEN = "
SELECT id, post, account, kind, instead_of, from_ms, until_ms, ended_ms, version
FROM identity_appointment
WHERE post = $1 AND account = $2 AND ended_ms IS NULL";
    /// Who holds and held a post, the latest first.
    SELECT_APPOINTMENTS_OF_POST = "
SELECT t.id, t.post, t.account, t.kind, t.instead_of, t.from_ms, t.until_ms, t.ended_ms, t.version, a.name
FROM identity_appointment t
JOIN identity_account a ON a.id = t.account
WHERE t.post = $1
ORDER BY t.created_ms DESC, t.id DESC
LIMIT $2";
    /// The posts that an account holds at this instant or will hold.
    SELECT_HELD = "
SELECT t.id, t.kind, t.instead_of, t.from_ms, t.until_ms, t.ended_ms, p.id AS post, p.name_zh, p.name_en,
       p.division, o.id AS organisation, o.name AS organisation_name
FROM identity_appointment t
JOIN identity_post p ON p.id = t.post
JOIN identity_organisation o ON o.id = p.organisation
WHERE t.account = $1
  AND t.ended_ms IS NULL
  AND (t.until_ms IS NULL OR t.until_ms > $2)
ORDER BY t.created_ms, t.id
LIMIT 100";
    /// The posts that an account holds at this instant; here as everywhere, a substitute for as long as the holder.
    SELECT_HELD_NOW = "
SELECT t.post, p.organisation
FROM identity_appointment t
JOIN identity_post p ON p.id = t.post
WHERE t.account = $1
  AND t.ended_ms IS NULL
  AND t.from_ms <= $2
  AND (t.until_ms IS NULL OR t.until_ms > $2)
  AND (t.instead_of IS NULL OR EXISTS (
      SELECT 1
      FROM identity_appointment o
      WHERE o.post = t.post
        AND o.account = t.instead_of
        AND o.kind = 'regular'
        AND o.ended_ms IS NULL
        AND o.from_ms <= $2
        AND (o.until_ms IS NULL OR o.until_ms > $2)
  ))
ORDER BY t.created_ms, t.id
LIMIT 20";
    /// Who holds a post at this instant.
    SELECT_HOLDERS_NOW = "
SELECT t.account
FROM identity_appointment t
WHERE t.post = $1
  AND t.ended_ms IS NULL
  AND t.from_ms <= $2
  AND (t.until_ms IS NULL OR t.until_ms > $2)
  AND (t.instead_of IS NULL OR EXISTS (
      SELECT 1
      FROM identity_appointment o
      WHERE o.post = t.post
        AND o.account = t.instead_of
        AND o.kind = 'regular'
        AND o.ended_ms IS NULL
        AND o.from_ms <= $2
        AND (o.until_ms IS NULL OR o.until_ms > $2)
  ))
ORDER BY t.created_ms, t.id
LIMIT 50";
    /// Who holds a post with a role in an organisation at this instant.
    SELECT_HOLDERS_OF_ROLE = "
SELECT t.account
FROM identity_post p
JOIN identity_post_role r ON r.post = p.id
JOIN identity_appointment t ON t.post = p.id
WHERE p.organisation = $1
  AND r.role = $2
  AND t.ended_ms IS NULL
  AND t.from_ms <= $3
  AND (t.until_ms IS NULL OR t.until_ms > $3)
  AND (t.instead_of IS NULL OR EXISTS (
      SELECT 1
      FROM identity_appointment o
      WHERE o.post = t.post
        AND o.account = t.instead_of
        AND o.kind = 'regular'
        AND o.ended_ms IS NULL
        AND o.from_ms <= $3
        AND (o.until_ms IS NULL OR o.until_ms > $3)
  ))
ORDER BY t.created_ms, t.id
LIMIT 50";
    /// Who holds a role for exactly this place at this instant, substitutes among them.
    SELECT_HOLDERS_AT = "
SELECT t.account
FROM identity_post_role r
JOIN identity_post p ON p.id = r.post
JOIN identity_appointment t ON t.post = p.id
WHERE r.role = $1
  AND p.division = $2
  AND t.ended_ms IS NULL
  AND t.from_ms <= $3
  AND (t.until_ms IS NULL OR t.until_ms > $3)
  AND (t.instead_of IS NULL OR EXISTS (
      SELECT 1
      FROM identity_appointment o
      WHERE o.post = t.post
        AND o.account = t.instead_of
        AND o.kind = 'regular'
        AND o.ended_ms IS NULL
        AND o.from_ms <= $3
        AND (o.until_ms IS NULL OR o.until_ms > $3)
  ))
ORDER BY t.created_ms, t.id
LIMIT 50";
    /// Who holds a post at this instant, not as a substitute; the one who has held it longest first.
    SELECT_REGULAR_HOLDER = "
SELECT account
FROM identity_appointment
WHERE post = $1
  AND kind = 'regular'
  AND ended_ms IS NULL
  AND from_ms <= $2
  AND (until_ms IS NULL OR until_ms > $2)
ORDER BY created_ms, id
LIMIT 1";
    /// The substitutes of a holder at a post, now and later.
    SELECT_SUBSTITUTES = "
SELECT t.id, t.account, t.from_ms, t.until_ms, t.ended_ms, a.name
FROM identity_appointment t
JOIN identity_account a ON a.id = t.account
WHERE t.instead_of = $1
  AND t.post = $2
  AND t.ended_ms IS NULL
  AND (t.until_ms IS NULL OR t.until_ms > $3)
ORDER BY t.from_ms, t.id
LIMIT 20";
    /// A new appointment. The same may have been made meanwhile: then it touches nothing.
    INSERT_APPOINTMENT = "
INSERT INTO identity_appointment
    (id, post, account, kind, from_ms, until_ms, ended_ms, appointed_by, ended_by, version, created_ms, instead_of)
VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, NULL, 1, $8, $9)
ON CONFLICT DO NOTHING";
    /// An appointment that is over.
    UPDATE_APPOINTMENT_ENDED = "
UPDATE identity_appointment
SET ended_ms = $3,
    ended_by = $4,
    version = version + 1
WHERE id = $1 AND version = $2 AND ended_ms IS NULL";
}

/// The name of a post from its two columns.
pub(crate) fn post_name(row: &Row) -> Result<LocalText, Failure> {
    Ok(LocalText::new(row.get::<String>("name_zh")?, row.get::<String>("name_en")?))
}

/// A division from its column.
pub(crate) fn division(row: &Row) -> Result<minshu_kernel::division::DivisionCode, Failure> {
    let text: String = row.get("division")?;
    text.parse().map_err(|_| IdentityError::Unreadable("division").into())
}

async fn with_roles(ctx: &Ctx, row: &Row) -> Result<Post, Failure> {
    let id: PostId = row.id("id")?;
    let mut roles = Vec::new();
    for row in ctx.rows(SELECT_POST_ROLES, values![id]).await? {
        roles.push(row.get("role")?);
    }
    Ok(Post {
        id,
        organisation: row.id("organisation")?,
        name: post_name(row)?,
        division: division(row)?,
        roles,
        version: row.get("version")?,
    })
}

/// A post by its id.
pub(crate) async fn post(ctx: &Ctx, id: PostId) -> Result<Option<Post>, Failure> {
    match ctx.row(SELECT_POST, values![id]).await? {
        Some(row) => Ok(Some(with_roles(ctx, &row).await?)),
        None => Ok(None),
    }
}

/// The posts of an organisation in the order in which they were made, at most 200.
pub(crate) async fn posts(ctx: &Ctx, organisation: OrganisationId) -> Result<Vec<Post>, Failure> {
    let mut posts = Vec::new();
    for row in ctx.rows(SELECT_POSTS, values![organisation, 200_i64]).await? {
        posts.push(with_roles(ctx, &row).await?);
    }
    Ok(posts)
}

/// A post that there is not, as access sees it.
pub(crate) fn none(id: PostId) -> Resource {
    Resource::of("identity.post", id)
}

/// A post as access sees it: bound to the place that it serves.
pub(crate) fn resource(post: &Post) -> Resource {
    Resource { division: Some(post.division), ..Resource::of("identity.post", post.id) }
}

/// The statements that give a post its roles.
pub(crate) fn write_roles(post: &Post) -> Vec<Statement> {
    post.roles
        .iter()
        .map(|role| Statement::one(INSERT_POST_ROLE, values![post.id, role.as_str()]))
        .collect()
}

/// The term of a row.
pub(crate) fn term(row: &Row) -> Result<Term, Failure> {
    Ok(Term {
        from_ms: row.get("from_ms")?,
        until_ms: row.get("until_ms")?,
        ended_ms: row.get("ended_ms")?,
    })
}

/// Reads an appointment's row.
pub(crate) fn read_appointment(row: &Row) -> Result<Appointment, Failure> {
    let kind: String = row.get("kind")?;
    Ok(Appointment {
        id: row.id("id")?,
        post: row.id("post")?,
        account: row.id("account")?,
        kind: kind.parse().map_err(|_| IdentityError::Unreadable("identity_appointment"))?,
        instead_of: row.id_or_null("instead_of")?,
        term: term(row)?,
        version: row.get("version")?,
    })
}

/// An appointment by its id.
pub(crate) async fn appointment(
    ctx: &Ctx,
    id: AppointmentId,
) -> Result<Option<Appointment>, Failure> {
    let row = ctx.row(SELECT_APPOINTMENT, values![id]).await?;
    row.map(|row| read_appointment(&row)).transpose()
}

/// The statement that ends an appointment.
pub(crate) fn end_appointment(ctx: &Ctx, appointment: &Appointment) -> Statement {
    // One that ran out by itself ended then, not now.
    let ended = appointment.term.until_ms.filter(|end| *end < ctx.now).unwrap_or(ctx.now);
    Statement::one(
        UPDATE_APPOINTMENT_ENDED,
        values![appointment.id, appointment.version, ended, ctx.who.reference()],
    )
}
