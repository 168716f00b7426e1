//! What the national elements of an item must agree with: code lengths and check digits, words that contradict one
//! another. Pure, and told in both languages: engineers read it at a place of a pack, departments at a row and column
//! of their table.

use minshu_kernel::codes::uscc::{self, UsccProblem};
use minshu_kernel::division::Level;
use minshu_kernel::text::LocalText;

use crate::elements::{Elements, Online};
use crate::pack::Item;

/// A mistake: a JSON pointer into the item, and what is wrong there.
pub(crate) type Mistake = (String, LocalText);

/// The first two digits of division codes (GB/T 2260).
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
    "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
    "81", "82",
];

struct Found(Vec<Mistake>);

impl Found {
    fn say(&mut self, at: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) {
        self.0.push((at.into(), LocalText::new(zh, en)));
    }

    fn text(&mut self, at: &str, text: &LocalText, max: usize) {
        for (lang, text) in [("zh", &text.zh), ("en", &text.en)] {
            let length = text.trim().chars().count();
            if length == 0 {
                self.say(format!("{at}/{lang}"), "没有填写", "a text is empty");
            } else if length > max {
                self.say(
                    format!("{at}/{lang}"),
                    format!("有 {length} 个字，最多 {max} 个字"),
                    format!("a text of {length} characters; at most {max} are read"),
                );
            }
        }
    }

    fn some(&mut self, at: &str, text: Option<&LocalText>, max: usize) {
        if let Some(text) = text {
            self.text(at, text, max);
        }
    }

    fn texts<'t>(&mut self, at: &str, texts: impl IntoIterator<Item = &'t LocalText>, max: usize) {
        for (place, text) in texts.into_iter().enumerate() {
            self.text(&format!("{at}/{place}"), text, max);
        }
    }

    fn twice<T: PartialEq>(&mut self, at: &str, list: &[T], name: impl Fn(&T) -> LocalText) {
        for (place, value) in list.iter().enumerate() {
            if list[..place].contains(value) {
                let name = name(value);
                self.say(
                    format!("{at}/{place}"),
                    format!("“{}”写了两遍", name.zh),
                    format!("\"{}\" stands twice", name.en),
                );
            }
        }
    }

    fn phone(&mut self, at: &str, phone: Option<&String>) {
        let Some(phone) = phone else { return };
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        let other = phone.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '+'));
        if other || !(3..=20).contains(&digits) {
            self.say(
                at,
                format!("“{}”不像电话号码", short(phone)),
                format!("\"{}\" is no telephone number", short(phone)),
            );
        }
    }

    /// A place that a page may link to: https, or a path of this site.
    fn address(&mut self, at: &str, address: Option<&String>) {
        let Some(address) = address else { return };
        let own = address.starts_with('/') && !address.starts_with("//");
        let plain = address.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<'));
        let long = address.len() > 500;
        if long || !plain || !(own || address.starts_with("https://")) {
            self.say(
                at,
                "地址要以 https:// 开头，或者是本站以 / 开头的路径",
                "an address begins with https://, or is a path of this site that begins with /",
            );
        }
    }

    fn licence(&mut self, at: &str, id: Option<&String>) {
        let Some(id) = id else { return };
        let word = |word: &str| {
            (1..=64).contains(&word.len())
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if !id.split_once('.').is_some_and(|(pack, own)| word(pack) && word(own)) {
            self.say(
                at,
                format!("“{}”不是证照类型，应写成 pack.type", short(id)),
                format!("\"{}\" is no type of licence; write pack.type", short(id)),
            );
        }
    }
}

/// The beginning of what was written, for a message.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Everything that is wrong with the elements of an item, of its materials, fees and result.
pub(crate) fn mistakes(item: &Item) -> Vec<Mistake> {
    let mut found = Found(Vec::new());
    codes(&mut found, item);
    handling(&mut found, &item.elements);
    help(&mut found, &item.elements);
    found.phone("/phone", item.phone.as_ref());
    for (place, fee) in item.fees.iter().enumerate() {
        found.some(&format!("/fees/{place}/standard"), fee.standard.as_ref(), 500);
        found.some(&format!("/fees/{place}/reduction"), fee.reduction.as_ref(), 500);
    }
    for (place, material) in item.material.iter().enumerate() {
        let at = |name: &str| format!("/material/{place}/{name}");
        found.some(&at("standard"), material.standard.as_ref(), 500);
        found.twice(&at("forms"), &material.forms, |form| form.name());
        found.address(&at("blank"), material.blank.as_ref());
        found.address(&at("sample"), material.sample.as_ref());
        found.licence(&at("licence"), material.licence.as_ref());
        if material.copies.is_some_and(|copies| !(1..=99).contains(&copies)) {
            found.say(at("copies"), "份数是 1 到 99", "1 to 99 copies may be asked for");
        }
    }
    found.address("/result/sample", item.result.sample.as_ref());
    found.licence("/result/licence", item.result.licence.as_ref());
    found.twice("/result/delivery", &item.result.delivery, |way| way.name());
    found.0
}

fn codes(found: &mut Found, item: &Item) {
    let elements = &item.elements;
    let digits = |code: &str| code.bytes().all(|b| b.is_ascii_digit());
    if let Some(code) = &elements.catalogue_code
        && (code.len() != 12 || !digits(code))
    {
        found.say(
            "/elements/catalogue_code",
            format!("基本编码是 12 位数字，这里有 {} 位", code.chars().count()),
            format!("a basic code has 12 digits, not {}", code.chars().count()),
        );
    }
    if let Some(department) = &elements.department {
        found.text("/elements/department/name", &department.name, 100);
        let good = (1..=40).contains(&department.code.len())
            && department.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if !good {
            found.say(
                "/elements/department/code",
                "部门代码用小写字母和连字符，最多 40 个",
                "a department's code holds small letters and hyphens, at most 40",
            );
        }
        if let Some(code) = &department.uscc {
            credit_code(found, "/elements/department/uscc", code);
        }
    }
    if let Some(code) = &elements.task_code {
        task_code(found, item, code);
    }
    if let Some(code) = &elements.handling_code {
        let begins = elements.task_code.as_ref().is_none_or(|task| code.starts_with(task.as_str()));
        let ends = code.get(31..).is_some_and(|end| end.len() == 2 && digits(end));
        if !begins || !ends {
            found.say(
                "/elements/handling_code",
                "业务办理项编码是实施编码后面再加 2 位数字，共 33 位",
                "a handling code is the implementation code and two digits, 33 in all",
            );
        }
    }
}

fn credit_code(found: &mut Found, at: &str, code: &str) -> bool {
    match uscc::check(code) {
        Ok(checked) if checked.as_str() == code => true,
        Ok(checked) => {
            found.say(
                at,
                format!("统一社会信用代码应写作 {}", checked.as_str()),
                format!("write the credit code as {}", checked.as_str()),
            );
            false
        }
        Err(problem) => {
            let zh = match problem {
                UsccProblem::Length { found } => format!("应是 18 位，这里有 {found} 位"),
                UsccProblem::CheckCharacter { expected } => format!("末位应为 {expected}"),
                UsccProblem::OrganisationCode { expected } => format!("第 17 位应为 {expected}"),
                _ => "有不会出现的字符".to_owned(),
            };
            found.say(
                at,
                format!("统一社会信用代码不对：{zh}，请逐位核对"),
                format!("no unified social credit code: {problem}"),
            );
            false
        }
    }
}

/// The 31 characters: the authority's credit code, a digit for the level, 12 letters or digits.
fn task_code(found: &mut Found, item: &Item, code: &str) {
    let at = "/elements/task_code";
    let plain = code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if code.len() != 31 || !plain {
        let length = code.chars().count();
        return found.say(
            at,
            format!("实施编码是 31 位数字或大写字母，这里有 {length} 位"),
            format!("an implementation code has 31 digits or capital letters, not {length}"),
        );
    }
    let (authority, rest) = code.split_at(18);
    if !credit_code(found, at, authority) {
        return;
    }
    let province = &authority[2..4];
    if !PROVINCES.contains(&province) && province != "10" && province != "00" {
        found.say(
            at,
            format!("实施编码前 18 位里的区划 {} 不存在", &authority[2..8]),
            format!("there is no division {} as in its first 18 characters", &authority[2..8]),
        );
    }
    let level = match rest.as_bytes()[0] {
        b'1' => None,
        b'2' => Some(Level::Province),
        b'3' => Some(Level::Prefecture),
        b'4' => Some(Level::County),
        b'5' => Some(Level::Township),
        b'6' => Some(Level::Village),
        _ => {
            return found.say(
                at,
                "实施编码第 19 位是行使层级，1 到 6",
                "character 19 of an implementation code is the level, 1 to 6",
            );
        }
    };
    if level != Some(item.handled_at) {
        let (zh, en) = level.map_or(("国家级".to_owned(), "nation".to_owned()), |level| {
            (level.name().zh, level.name().en)
        });
        found.say(
            at,
            format!("实施编码第 19 位说是{zh}，而事项由{}办理", item.handled_at.name().zh),
            format!("its character 19 says {en}, but handled_at is {}", item.handled_at.word()),
        );
    }
    let other = item.elements.department.as_ref().and_then(|d| d.uscc.as_ref());
    if other.is_some_and(|other| other != authority) {
        found.say(
            at,
            "实施编码前 18 位和部门的统一社会信用代码不同",
            "its first 18 characters are not the department's credit code",
        );
    }
}

fn handling(found: &mut Found, elements: &Elements) {
    found.twice("/elements/conveniences", &elements.conveniences, |way| way.name());
    found.twice("/elements/topics", &elements.topics, |topic| topic.name());
    found.some("/elements/visits_reason", elements.visits_reason.as_ref(), 200);
    match (elements.visits, &elements.visits_reason) {
        (Some(10..), _) => {
            found.say("/elements/visits", "到现场次数是 0 到 9", "visits are 0 to 9");
        }
        (Some(1..), None) => found.say(
            "/elements/visits",
            "要到现场，就要写明到现场的原因",
            "where somebody has to come, visits_reason says why",
        ),
        (Some(0) | None, Some(_)) => found.say(
            "/elements/visits_reason",
            "不用到现场，就不写原因",
            "nobody has to come, so there is no reason to be said",
        ),
        _ => {}
    }
    if elements.online == Some(Online::Whole) && elements.visits.is_some_and(|visits| visits > 0) {
        found.say(
            "/elements/online",
            "要到现场的事项不是全程网办",
            "an item for which somebody has to come is not wholly online",
        );
    }
}

fn help(found: &mut Found, elements: &Elements) {
    found.texts("/elements/steps", &elements.steps, 300);
    found.phone("/elements/supervision", elements.supervision.as_ref());
    for (place, counter) in elements.counters.iter().enumerate() {
        let at = format!("/elements/counters/{place}");
        found.text(&format!("{at}/name"), &counter.name, 100);
        found.text(&format!("{at}/address"), &counter.address, 200);
        found.text(&format!("{at}/hours"), &counter.hours, 200);
        found.phone(&format!("{at}/phone"), counter.phone.as_ref());
    }
    for (place, question) in elements.faq.iter().enumerate() {
        found.text(&format!("/elements/faq/{place}/ask"), &question.ask, 200);
        found.text(&format!("/elements/faq/{place}/answer"), &question.answer, 1000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elements::Department;
    use crate::testing::item_with_limits;

    fn told(change: impl Fn(&mut Item)) -> Vec<(String, String)> {
        let mut item = item_with_limits("20 working days", "10 working days", &["5 working days"]);
        change(&mut item);
        mistakes(&item).into_iter().map(|(at, what)| (at, what.en)).collect()
    }

    #[test]
    fn codes_are_held_to_their_length_and_check_digits() {
        assert_eq!(told(|_| ()), []);
        // The published code of a prefecture's authority, from which the shape was read.
        let good = "11370800MB285591843370117002011";
        let prefecture = |item: &mut Item| item.handled_at = Level::Prefecture;
        let code = |item: &mut Item, code: &str| item.elements.task_code = Some(code.to_owned());
        assert_eq!(
            told(|item| {
                prefecture(item);
                code(item, good);
                item.elements.handling_code = Some(format!("{good}01"));
                item.elements.catalogue_code = Some("000131011000".into());
            }),
            []
        );
        for (changed, what) in [
            ("11370800MB285591853370117002011", "credit code"),
            ("11370800MB28559184337011700201", "31 digits"),
            ("11370800MB285591847370117002011", "1 to 6"),
            ("11370800MB285591844370117002011", "says county"),
        ] {
            let told = told(|item| {
                prefecture(item);
                code(item, changed);
            });
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].0 == "/elements/task_code" && told[0].1.contains(what), "{told:?}");
        }
        let other = told(|item| {
            prefecture(item);
            code(item, good);
            item.elements.department = Some(Department {
                code: "tax".into(),
                name: LocalText::new("税务局", "Tax office"),
                uscc: Some("11430000006122244L".into()),
            });
        });
        assert!(other[0].1.contains("not the department's"), "{other:?}");
        let short = told(|item| {
            item.elements.catalogue_code = Some("12".into());
            item.elements.handling_code = Some("1".into());
        });
        assert_eq!(short.len(), 2);
    }

    #[test]
    fn what_contradicts_itself_is_told() {
        let visits = told(|item| {
            item.elements.online = Some(Online::Whole);
            item.elements.visits = Some(1);
        });
        let places: Vec<&str> = visits.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(places, ["/elements/visits", "/elements/online"]);
        let reason = told(|item| {
            item.elements.visits = Some(0);
            item.elements.visits_reason = Some(LocalText::new("核对原件", ""));
        });
        assert_eq!(reason.len(), 2);
        let odd = told(|item| {
            item.result.sample = Some("http://example.org/".into());
            item.result.licence = Some("licence".into());
            item.elements.supervision = Some("call us".into());
        });
        assert_eq!(odd.len(), 3);
    }
}
