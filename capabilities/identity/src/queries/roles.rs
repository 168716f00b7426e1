//! The roles that a post can grant.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RoleName;

/// Asks for the roles in force.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Roles {}

/// The roles of a system, or of the platform.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RoleGroup {
    /// The pack, or `platform`.
    pub pack: String,
    /// The system's name; none for the platform.
    pub name: Option<LocalText>,
    /// Its roles.
    pub roles: Vec<RoleName>,
}

/// The roles by system, the platform's first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RoleList {
    /// The groups.
    pub groups: Vec<RoleGroup>,
}

impl Query for Roles {
    const NAME: &'static str = "identity.roles";
    const DOC: &'static str =
        "The roles that a post can grant: those of the packs in force and of the platform.";
    type Reply = RoleList;

    async fn answer(self, ctx: &Ctx) -> Result<RoleList, Failure> {
        ctx.authorize(&Resource::of("identity.post", "roles"))?;
        let platform = crate::PLATFORM_ROLES.iter().map(|role| RoleName {
            id: role.id.to_owned(),
            name: LocalText::new(role.name.0, role.name.1),
        });
        let mut groups =
            vec![RoleGroup { pack: "platform".to_owned(), name: None, roles: platform.collect() }];
        let packs = ctx.services.packs.current();
        for role in packs.roles.values() {
            let pack = role.id.split_once('.').map_or("", |(pack, _)| pack);
            let line = RoleName { id: role.id.clone(), name: role.name.clone() };
            match groups.last_mut().filter(|group| group.pack == pack) {
                Some(group) => group.roles.push(line),
                None => groups.push(RoleGroup {
                    pack: pack.to_owned(),
                    name: packs.pack(pack).map(|pack| pack.name.clone()),
                    roles: vec![line],
                }),
            }
        }
        Ok(RoleList { groups })
    }
}
