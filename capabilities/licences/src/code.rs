//! The identifier of an electronic licence (电子证照标识, GB/T 36904): the root `1.2.156.3005.2`, the type (21: the credit
//! code of the authority that owns the type, and three), the issuer, a serial, a version of three digits, and a check
//! character by ISO 7064 MOD 37,36 over the four without their dots. Reading takes what is found in the field (any
//! serial, a division as issuer), writing makes the strict form alone; a wrong check character is refused by both.

use std::fmt;
use std::str::FromStr;

use minshu_kernel::codes::uscc::{self, Uscc};

/// The root under which the identifiers of licences stand.
pub const ROOT: &str = "1.2.156.3005.2";
/// The characters of ISO 7064 MOD 37,36 by value.
const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// How long a serial may be when an identifier is read.
pub const SERIAL_MAX: usize = 64;
/// How long a serial may be when an identifier is written: the longest that the field shows.
pub const SERIAL_WRITTEN_MAX: usize = 32;
/// The longest text that is looked at, in characters.
const TEXT_MAX: usize = 256;

/// An identifier whose parts and check character hold together. Public: it is printed on the licence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenceCode {
    kind: String,
    issuer: String,
    serial: String,
    version: u16,
}

/// Why a text is no identifier, or why none can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeProblem {
    /// Nothing, or more than any identifier has.
    #[error("{found} characters; an identifier has up to {TEXT_MAX}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// Not five groups after the root.
    #[error("{found} groups after the root instead of type, issuer, serial, version and check")]
    Groups {
        /// How many there are.
        found: usize,
    },
    /// A character that is neither a digit nor a capital letter.
    #[error("{found:?} in the {group}: only digits and letters stand there")]
    Character {
        /// Which group: `type`, `issuer`, `serial`, `version` or `check`.
        group: &'static str,
        /// What stands there.
        found: char,
    },
    /// A group that is too short or too long.
    #[error("the {group} has {found} characters instead of {wanted}")]
    GroupLength {
        /// Which group.
        group: &'static str,
        /// How many it has.
        found: usize,
        /// How many it may have.
        wanted: &'static str,
    },
    /// The version is no number from 001 to 999.
    #[error("the version is {found:?} instead of 001 to 999")]
    Version {
        /// What stands there.
        found: String,
    },
    /// The check character is another.
    #[error("the check character is {found} and should be {expected}")]
    Check {
        /// What stands there.
        found: char,
        /// What it would be, were the rest right.
        expected: char,
    },
    /// The type to be written does not begin with a valid credit code.
    #[error("the type does not begin with a valid credit code: {0}")]
    Owner(uscc::UsccProblem),
    /// The type to be written does not end in three digits.
    #[error("the type ends in {0:?} instead of three digits")]
    TypeNumber(String),
    /// There is no version after 999.
    #[error("version 999 is the last one")]
    LastVersion,
}

impl LicenceCode {
    /// A new licence: version 001. The type is the owner's credit code and three digits; the serial has 1 to 32 digits
    /// and capital letters.
    pub fn issue(kind: &str, issuer: &Uscc, serial: &str) -> Result<Self, CodeProblem> {
        check_type(kind)?;
        group("serial", serial, 1..=SERIAL_WRITTEN_MAX, "1 to 32")?;
        Ok(Self {
            kind: kind.to_owned(),
            issuer: issuer.as_str().to_owned(),
            serial: serial.to_owned(),
            version: 1,
        })
    }

    /// Reads an identifier as it is found: with or without its root, in small or full-width letters, with blanks.
    pub fn read(text: &str) -> Result<Self, CodeProblem> {
        let length = text.chars().take(TEXT_MAX + 1).count();
        if length == 0 || length > TEXT_MAX {
            return Err(CodeProblem::Length { found: length });
        }
        let plain: String = text
            .chars()
            .map(plain)
            .filter(|c| !blank(*c))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let rest = plain.strip_prefix(ROOT).and_then(|r| r.strip_prefix('.')).unwrap_or(&plain);
        let groups: Vec<&str> = rest.split('.').collect();
        let [kind, issuer, serial, version, check] = groups.as_slice() else {
            return Err(CodeProblem::Groups { found: groups.len() });
        };
        group("type", kind, 21..=21, "21")?;
        group("issuer", issuer, 6..=18, "6 to 18")?;
        group("serial", serial, 1..=SERIAL_MAX, "1 to 64")?;
        group("version", version, 3..=3, "3")?;
        group("check", check, 1..=1, "1")?;
        let number = version.parse::<u16>().ok().filter(|n| *n >= 1);
        let Some(number) = number else {
            return Err(CodeProblem::Version { found: (*version).to_owned() });
        };
        let code = Self {
            kind: (*kind).to_owned(),
            issuer: (*issuer).to_owned(),
            serial: (*serial).to_owned(),
            version: number,
        };
        let expected = code.check_character();
        match check.chars().next() {
            Some(found) if found == expected => Ok(code),
            found => Err(CodeProblem::Check { found: found.unwrap_or(' '), expected }),
        }
    }

    /// The same licence after a change: the version one higher, the check character of its own.
    pub fn next_version(&self) -> Result<Self, CodeProblem> {
        if self.version >= 999 {
            return Err(CodeProblem::LastVersion);
        }
        Ok(Self { version: self.version + 1, ..self.clone() })
    }

    /// The type: 21 characters.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Who issued it: a credit code where it was written here, elsewhere also a division.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The serial.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The version, 1 to 999.
    pub fn version(&self) -> u16 {
        self.version
    }

    /// The identifier without its root.
    pub fn short(&self) -> String {
        format!(
            "{}.{}.{}.{:03}.{}",
            self.kind,
            self.issuer,
            self.serial,
            self.version,
            self.check_character()
        )
    }

    /// ISO 7064 MOD 37,36 over type, issuer, serial and version.
    pub fn check_character(&self) -> char {
        let version = format!("{:03}", self.version);
        let characters =
            [&*self.kind, &*self.issuer, &*self.serial, &*version].into_iter().flat_map(str::bytes);
        let mut product = 36;
        for value in characters.filter_map(value) {
            let sum = (product + value) % 36;
            product = (if sum == 0 { 36 } else { sum }) * 2 % 37;
        }
        char::from(ALPHABET[(37 - product) % 36])
    }
}

/// Whether a type may be written: a valid credit code and three digits.
pub fn check_type(kind: &str) -> Result<(), CodeProblem> {
    group("type", kind, 21..=21, "21")?;
    let (owner, number) = kind.split_at(18);
    let found = uscc::check(owner).map_err(CodeProblem::Owner)?;
    debug_assert_eq!(found.as_str(), owner);
    if number.bytes().all(|b| b.is_ascii_digit()) {
        Ok(())
    } else {
        Err(CodeProblem::TypeNumber(number.to_owned()))
    }
}

/// With its root, as it is printed and carried by interfaces.
impl fmt::Display for LicenceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ROOT}.{}", self.short())
    }
}

impl FromStr for LicenceCode {
    type Err = CodeProblem;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text)
    }
}

/// Characters and length of a group.
fn group(
    name: &'static str,
    text: &str,
    lengths: std::ops::RangeInclusive<usize>,
    wanted: &'static str,
) -> Result<(), CodeProblem> {
    if let Some(found) = text.chars().find(|c| !c.is_ascii_digit() && !c.is_ascii_uppercase()) {
        return Err(CodeProblem::Character { group: name, found });
    }
    if lengths.contains(&text.len()) {
        Ok(())
    } else {
        Err(CodeProblem::GroupLength { group: name, found: text.len(), wanted })
    }
}

/// The value of a character, 0 to 35.
fn value(b: u8) -> Option<usize> {
    ALPHABET.iter().position(|known| *known == b)
}

/// The ordinary form of a full-width character; the ideographic full stop is typed where a dot is meant.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3002}' => '.',
        other => other,
    }
}

/// What says nothing: blanks and the invisible marks that come along with pasted text.
fn blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OWNER: &str = "11370800MB28559184";

    #[test]
    fn identifiers_of_the_field_are_read() {
        for good in [
            "11100000000013338W011.11430000006122244L.20230000403.002.S",
            "11100000000013338W032.11220000013544541J.2430599.001.F",
            "11100000MB03271699022.340100.000000016.001.9",
            "11370800MB28559184001.11370800MB28559184.000000001.001.L",
        ] {
            let code = LicenceCode::read(good).unwrap();
            assert_eq!(code.short(), good);
            assert_eq!(LicenceCode::read(&code.to_string()).unwrap(), code);
            assert_eq!(code.to_string(), format!("{ROOT}.{good}"));
        }
    }

    #[test]
    fn an_edited_identifier_is_told_by_its_check_character() {
        let edited =
            "11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M";
        assert_eq!(
            LicenceCode::read(edited),
            Err(CodeProblem::Check { found: 'M', expected: 'D' })
        );
    }

    #[test]
    fn typed_by_people() {
        let code = LicenceCode::read("11100000mb03271699022.340100.000000016.001.9").unwrap();
        for typed in [
            " 1.2.156.3005.2.11100000mb03271699022.340100.000000016.001.9\n",
            "１１１０００００ＭＢ０３２７１６９９０２２．340100。000000016．001.9",
            "11100000MB0327 1699022 . 340100 . 000000016 . 001 . 9",
        ] {
            assert_eq!(LicenceCode::read(typed).unwrap(), code);
        }
        assert_eq!(code.issuer(), "340100");
        assert_eq!(code.version(), 1);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let short = |text: &str| LicenceCode::read(text).unwrap_err();
        assert_eq!(short(""), CodeProblem::Length { found: 0 });
        assert_eq!(short(&"1".repeat(257)), CodeProblem::Length { found: 257 });
        assert_eq!(short("1.2.156.3005.2.1.2"), CodeProblem::Groups { found: 2 });
        assert_eq!(
            short("11100000MB03271699022.340100.证.001.9"),
            CodeProblem::Character { group: "serial", found: '证' }
        );
        assert_eq!(
            short("11100000MB0327169902.340100.1.001.9"),
            CodeProblem::GroupLength { group: "type", found: 20, wanted: "21" }
        );
        assert_eq!(
            short("11100000MB03271699022.340100.1.000.9"),
            CodeProblem::Version { found: "000".to_owned() }
        );
        assert_eq!(
            short("11100000MB03271699022.340100.1.A01.9"),
            CodeProblem::Version { found: "A01".to_owned() }
        );
    }

    #[test]
    fn writing_is_strict() {
        let issuer = uscc::check(OWNER).unwrap();
        let code = LicenceCode::issue("11370800MB28559184001", &issuer, "000000001").unwrap();
        assert_eq!(code.short(), "11370800MB28559184001.11370800MB28559184.000000001.001.L");
        assert!(matches!(
            LicenceCode::issue("11370800MB28559185001", &issuer, "1"),
            Err(CodeProblem::Owner(_))
        ));
        assert_eq!(
            LicenceCode::issue("11370800MB28559184A01", &issuer, "1"),
            Err(CodeProblem::TypeNumber("A01".to_owned()))
        );
        assert!(LicenceCode::issue("11370800MB28559184001", &issuer, "").is_err());
        assert!(LicenceCode::issue("11370800MB28559184001", &issuer, "a").is_err());
        assert!(LicenceCode::issue("11370800MB28559184001", &issuer, &"1".repeat(33)).is_err());
        let second = code.next_version().unwrap();
        assert_eq!((second.version(), second.serial()), (2, code.serial()));
        assert_ne!(second.check_character(), code.check_character());
        let last = (2..=999).fold(code, |code, _| code.next_version().unwrap());
        assert_eq!(last.next_version(), Err(CodeProblem::LastVersion));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(serial in "[0-9A-Z]{1,32}", steps in 0_usize..5) {
            let issuer = uscc::check(OWNER).unwrap();
            let mut code = LicenceCode::issue("11370800MB28559184001", &issuer, &serial).unwrap();
            for _ in 0..steps {
                code = code.next_version().unwrap();
            }
            prop_assert_eq!(LicenceCode::read(&code.to_string().to_lowercase()).unwrap(), code);
        }

        #[test]
        fn one_wrong_character_is_always_found(serial in "[0-9A-Z]{1,32}", place in any::<prop::sample::Index>(), other in "[0-9A-Z]") {
            let issuer = uscc::check(OWNER).unwrap();
            let code = LicenceCode::issue("11370800MB28559184001", &issuer, &serial).unwrap();
            let at = place.index(serial.len());
            prop_assume!(serial[at..=at] != other);
            let mut changed = serial.clone();
            changed.replace_range(at..=at, &other);
            let text = code.short().replacen(&format!(".{serial}."), &format!(".{changed}."), 1);
            let found = LicenceCode::read(&text);
            let told = matches!(found, Err(CodeProblem::Check { .. }));
            prop_assert!(told);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,300}") {
            if let Ok(code) = LicenceCode::read(&text) {
                prop_assert_eq!(LicenceCode::read(&code.to_string()).unwrap(), code);
            }
        }
    }
}
