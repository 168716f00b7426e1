//! Closed lists of words: columns, the API and message keys name a value alike.

/// Declares an enum whose values are stored, sent and spoken of by one word each:
///
/// ```text
/// words! {
///     /// Where a card stands.
///     State {
///         /// It stands for its holder.
///         Good = "good",
///         /// It stands for nobody.
///         Stopped = "stopped",
///     }
/// }
/// ```
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
            schemars::JsonSchema,
        )]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word in columns, API and message keys.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The value of a word.
            pub fn parse(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl From<$name> for $crate::records::Value {
            fn from(value: $name) -> Self {
                $crate::records::Value::from(value.word())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    words! {
        /// For the test.
        Way {
            /// One.
            ByHand = "by_hand",
            /// Another.
            Itself = "itself",
        }
    }

    #[test]
    fn a_value_has_one_word_everywhere() {
        for way in Way::ALL {
            assert_eq!(Way::parse(way.word()), Some(*way));
            assert_eq!(serde_json::to_value(way).unwrap(), way.word());
        }
        assert_eq!(Way::parse("byhand"), None);
    }
}
