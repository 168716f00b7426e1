//! Ids are types: a case's id cannot be handed to a function that wants a person's.
//! All are UUIDv7, written in lower case, made by the [`IdSource`] of the context.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Makes fresh ids. The runtime's follows the clock of the context, so that ids of tests are orderly.
pub trait IdSource: Send + Sync {
    /// A new UUIDv7.
    fn next(&self) -> uuid::Uuid;
}

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: a UUID in lower case with hyphens is wanted")]
pub struct BadId;

/// Reads a UUID in its one accepted spelling: lower case, hyphenated.
pub fn parse_uuid(text: &str) -> Result<uuid::Uuid, BadId> {
    let id = uuid::Uuid::try_parse(text).map_err(|_| BadId)?;
    if id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()) == text {
        Ok(id)
    } else {
        Err(BadId)
    }
}

/// Declares an id type: `id_type!(CaseId, "A case.")`.
#[macro_export]
macro_rules! id_type {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(
            Debug,
            Clone,
            Copy,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            ::serde::Serialize,
            ::serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name($crate::ids::Id);

        impl $name {
            /// Wraps a UUID.
            pub const fn new(id: ::uuid::Uuid) -> Self {
                Self($crate::ids::Id(id))
            }
            /// A fresh id from the source.
            pub fn fresh(ids: &dyn $crate::ids::IdSource) -> Self {
                Self($crate::ids::Id(ids.next()))
            }
            /// The UUID within.
            pub const fn uuid(self) -> ::uuid::Uuid {
                self.0.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ids::BadId;
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::ids::parse_uuid(text).map(Self::new)
            }
        }

        impl ::std::convert::From<$name> for $crate::records::Value {
            fn from(id: $name) -> Self {
                $crate::records::Value::Text(id.to_string())
            }
        }

        impl ::schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({"type": "string", "format": "uuid", "maxLength": 36})
            }
        }
    };
}

/// The UUID inside every id type; serialised as its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub uuid::Uuid);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), f)
    }
}

impl Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        parse_uuid(&text).map(Id).map_err(serde::de::Error::custom)
    }
}

impl FromStr for Id {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        parse_uuid(text).map(Id)
    }
}

id_type!(PersonId, "A natural person.");
id_type!(OrganisationId, "An organisation: a company, a department, a community body.");
id_type!(AccountId, "An account that signs in.");
id_type!(ApplicationId, "A program of somebody else that acts through the platform.");
id_type!(PostId, "A post in an organisation, held by a person.");
id_type!(OpeningId, "What somebody opened in an emergency.");
id_type!(EventId, "An event.");
id_type!(RequestId, "One request from outside, quoted on error pages and in logs.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lower_case_spelling_is_read() {
        let text = "01928f5e-7b1a-7c3d-8e4f-0123456789ab";
        assert_eq!(PersonId::from_str(text).unwrap().to_string(), text);
        assert_eq!(PersonId::from_str(&text.to_uppercase()), Err(BadId));
        assert_eq!(PersonId::from_str(&text.replace('-', "")), Err(BadId));
    }
}
