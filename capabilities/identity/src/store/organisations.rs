//! Organisations.

use minshu_kernel::access::Resource;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::OrganisationId;
use minshu_kernel::records::{Row, Statement, Value};
use minshu_kernel::{statements, values};

use crate::error::IdentityError;
use crate::model::Organisation;
use crate::rules;

statements! {
    /// An organisation by its id.
    SELECT_ORGANISATION = "
SELECT id, kind, name, uscc, division, place, parent, version
FROM identity_organisation
WHERE id = $1";
    /// An organisation by its unified social credit code.
    SELECT_ORGANISATION_BY_USCC = "
SELECT id, kind, name, uscc, division, place, parent, version
FROM identity_organisation
WHERE uscc = $1";
    /// Those that belong to another.
    SELECT_PARTS = "
SELECT id, kind, name, uscc, division, place, parent, version
FROM identity_organisation
WHERE parent = $1
ORDER BY place, id
LIMIT $2";
    /// A new organisation. Its code may have been entered meanwhile: then it touches nothing.
    INSERT_ORGANISATION = "
INSERT INTO identity_organisation
    (id, kind, name, uscc, division, province, prefecture, county, township, village, place, parent,
     search, version, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14)
ON CONFLICT DO NOTHING";
    /// A changed organisation.
    UPDATE_ORGANISATION = "
UPDATE identity_organisation
SET kind = $3,
    name = $4,
    uscc = $5,
    division = $6,
    province = $7,
    prefecture = $8,
    county = $9,
    township = $10,
    village = $11,
    place = $12,
    parent = $13,
    search = $14,
    version = version + 1
WHERE id = $1 AND version = $2";
    /// Offices whose posts grant a role.
    SELECT_OFFICES_BY_ROLE = "
SELECT DISTINCT o.id, o.name, p.division, o.place
FROM identity_post_role r
JOIN identity_post p ON p.id = r.post
JOIN identity_organisation o ON o.id = p.organisation
WHERE r.role = $1
ORDER BY o.place, o.id, p.division
LIMIT $2";
}

/// What a list of organisations reads; conditions, order and limit are added to it.
pub(crate) const SELECT_LIST: &str = "
SELECT id, kind, name, uscc, division, place, parent, version
FROM identity_organisation";

/// Reads a row.
pub(crate) fn read_organisation(row: &Row) -> Result<Organisation, Failure> {
    let unreadable = || Failure::from(IdentityError::Unreadable("identity_organisation"));
    Ok(Organisation {
        id: row.id("id")?,
        kind: row.get::<String>("kind")?.parse().map_err(|_| unreadable())?,
        name: row.get("name")?,
        uscc: row.get("uscc")?,
        division: row.get::<String>("division")?.parse().map_err(|_| unreadable())?,
        parent: row.id_or_null("parent")?,
        place: row.get("place")?,
        version: row.get("version")?,
    })
}

/// An organisation by its id.
pub(crate) async fn organisation(
    ctx: &Ctx,
    id: OrganisationId,
) -> Result<Option<Organisation>, Failure> {
    let row = ctx.row(SELECT_ORGANISATION, values![id]).await?;
    row.map(|row| read_organisation(&row)).transpose()
}

/// An organisation by its code.
pub(crate) async fn by_uscc(ctx: &Ctx, uscc: &str) -> Result<Option<Organisation>, Failure> {
    let row = ctx.row(SELECT_ORGANISATION_BY_USCC, values![uscc]).await?;
    row.map(|row| read_organisation(&row)).transpose()
}

/// An organisation as access sees it: bound to its place.
pub(crate) fn resource(id: impl ToString, division: DivisionCode) -> Resource {
    Resource { division: Some(division), ..Resource::of("identity.organisation", id) }
}

/// The values from the kind to the search key, in the order of both writing statements.
fn columns(ctx: &Ctx, organisation: &Organisation) -> Vec<Value> {
    let levels = ctx.services.divisions.levels(organisation.division);
    let mut values = values![
        organisation.kind,
        organisation.name.as_str(),
        organisation.uscc.clone(),
        organisation.division.to_string(),
    ];
    values.extend(levels.into_iter().map(Value::from));
    values.extend(values![
        place(organisation.division),
        organisation.parent,
        rules::search_key(&organisation.name, organisation.uscc.as_deref()),
    ]);
    values
}

/// The statement that makes an organisation.
pub(crate) fn insert(ctx: &Ctx, organisation: &Organisation) -> Statement {
    let mut values = values![organisation.id];
    values.extend(columns(ctx, organisation));
    values.extend(values![ctx.now]);
    Statement::one(INSERT_ORGANISATION, values)
}

/// The statement that changes one, guarded by the version that was read.
pub(crate) fn update(ctx: &Ctx, organisation: &Organisation) -> Statement {
    let mut values = values![organisation.id, organisation.version];
    values.extend(columns(ctx, organisation));
    Statement::one(UPDATE_ORGANISATION, values)
}

/// A division's code as a number of twelve digits, so that a list runs from the province down, place by place.
pub(crate) fn place(division: DivisionCode) -> i64 {
    format!("{:0<12}", division.to_string()).parse().unwrap_or(i64::MAX)
}
