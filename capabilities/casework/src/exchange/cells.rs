//! A value of a declaration as the text of a cell, and back.

use minshu_kernel::calendar::Limit;
use minshu_kernel::expr::nearest;
use minshu_kernel::money::Fen;
use minshu_kernel::text::LocalText;
use serde_json::Value as Json;

use super::columns::{Shape, Words};

/// The text of a value; values that do not fit the column are left to the rest.
pub(super) fn write(shape: Shape, value: &Json) -> Option<String> {
    let listed = |words: Words, word: &str| {
        words.iter().find(|(own, _, _)| *own == word).map(|(_, zh, _)| *zh)
    };
    match shape {
        Shape::Text => value.as_str().map(str::to_owned),
        Shape::Limit => {
            let limit: Limit = value.as_str()?.parse().ok()?;
            let unit = match limit.to_string() {
                text if text.contains("working") => "个工作日",
                text if text.contains("calendar") => "个自然日",
                text if text.contains("month") => "个月",
                _ => "小时",
            };
            Some(format!("{}{unit}", limit.amount()))
        }
        Shape::Whole => value.as_u64().map(|number| number.to_string()),
        Shape::Yes => value.as_bool().map(|yes| if yes { "是" } else { "否" }.to_owned()),
        Shape::Money => value.as_i64().map(|fen| Fen(fen).plain()),
        Shape::One(words) => listed(words, value.as_str()?).map(str::to_owned),
        Shape::Several(words) => {
            let list: Option<Vec<&str>> =
                value.as_array()?.iter().map(|v| listed(words, v.as_str()?)).collect();
            list.map(|list| list.join("、"))
        }
    }
}

/// The value of a cell that is not empty; what people and spreadsheets make of it is put right where it is certain.
pub(super) fn read(shape: Shape, text: &str) -> Result<Json, LocalText> {
    match shape {
        Shape::Text => Ok(Json::from(text)),
        Shape::Limit => limit(text),
        Shape::Whole => whole(text).map(Json::from).ok_or_else(|| {
            LocalText::new(
                format!("“{}”不是整数", short(text)),
                format!("\"{}\" is no whole number", short(text)),
            )
        }),
        Shape::Yes => match half_width(text).to_lowercase().as_str() {
            "是" | "有" | "y" | "yes" | "true" | "1" | "√" => Ok(Json::Bool(true)),
            "否" | "无" | "n" | "no" | "false" | "0" | "×" => Ok(Json::Bool(false)),
            _ => Err(LocalText::new(
                format!("“{}”要写成“是”或“否”", short(text)),
                format!("\"{}\": write 是 or 否", short(text)),
            )),
        },
        Shape::Money => match Fen::parse(text) {
            Ok(fen) => Ok(Json::from(fen.0)),
            Err(problem) => Err(LocalText::new(
                format!("“{}”不是金额，请写成 120 或 120.50 这样的元数", short(text)),
                format!("\"{}\" is no amount in yuan: {problem}", short(text)),
            )),
        },
        Shape::One(words) => one(words, text),
        Shape::Several(words) => several(words, text),
    }
}

/// The beginning of what was written, for a message.
pub(super) fn short(text: &str) -> String {
    let short: String = text.chars().take(30).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// Full-width letters, digits and marks as half-width ones.
pub(super) fn half_width(text: &str) -> String {
    let one = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.chars().map(one).collect()
}

/// A whole number, also as spreadsheets write it: `2.0`, full-width digits.
fn whole(text: &str) -> Option<u32> {
    let text = half_width(text);
    let text = text.trim();
    let text = text
        .split_once('.')
        .filter(|(_, zeros)| !zeros.is_empty() && zeros.bytes().all(|b| b == b'0'))
        .map_or(text, |(whole, _)| whole);
    let digits = !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn limit(text: &str) -> Result<Json, LocalText> {
    let half = half_width(text);
    let compact: String = half.chars().filter(|c| !c.is_whitespace()).collect();
    let split = compact.find(|c: char| !c.is_ascii_digit()).unwrap_or(compact.len());
    let (number, unit) = compact.split_at(split);
    let unit = match unit {
        "个工作日" | "工作日" => "working days",
        "个自然日" | "自然日" | "日历日" | "个日历日" => "calendar days",
        "个月" | "月" => "months",
        "小时" | "个小时" => "hours",
        "天" | "日" | "" => {
            return Err(LocalText::new(
                format!("“{}”没有写明是工作日还是自然日", short(text)),
                format!("\"{}\" does not say whether working or calendar days", short(text)),
            ));
        }
        _ => "",
    };
    let read = if unit.is_empty() {
        half.trim().parse::<Limit>()
    } else {
        format!("{number} {unit}").parse()
    };
    match read {
        Ok(limit) => Ok(Json::from(limit.to_string())),
        Err(_) => Err(LocalText::new(
            format!("“{}”不是时限，请写成“15个工作日”“20个自然日”“3个月”“48小时”", short(text)),
            format!("\"{}\" is no limit; write 15个工作日 or 15 working days", short(text)),
        )),
    }
}

fn one(words: Words, text: &str) -> Result<Json, LocalText> {
    let wanted = plain(text);
    let found = words
        .iter()
        .find(|(word, zh, en)| [word, zh, en].iter().any(|known| plain(known) == wanted));
    match found {
        Some((word, _, _)) => Ok(Json::from(*word)),
        None => {
            let near = nearest(&wanted, words.iter().map(|(_, zh, _)| *zh));
            let known: Vec<&str> = words.iter().map(|(_, zh, _)| *zh).collect();
            let known = known.join("、");
            let (zh, en) = match near {
                Some(near) => (format!("，是不是“{near}”"), format!("; did you mean {near}?")),
                None => (format!("，可以写：{known}"), format!("; known: {known}")),
            };
            Err(LocalText::new(
                format!("没有“{}”这个选项{zh}", short(text)),
                format!("\"{}\" is not known here{en}", short(text)),
            ))
        }
    }
}

fn several(words: Words, text: &str) -> Result<Json, LocalText> {
    let parts = text.split(['、', ',', '，', ';', '；', '|', '\n']);
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| one(words, part)).collect::<Result<Vec<_>, _>>().map(Json::Array)
}

/// Without what people write differently: blanks, case, full-width forms.
pub(super) fn plain(text: &str) -> String {
    half_width(text).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_departments_write_them() {
        for (text, read_as) in [
            ("15个工作日", "15 working days"),
            ("１５ 个工作日", "15 working days"),
            ("20自然日", "20 calendar days"),
            ("3个月", "3 months"),
            ("48 小时", "48 hours"),
            ("1 working day", "1 working day"),
        ] {
            assert_eq!(read(Shape::Limit, text), Ok(Json::from(read_as)), "{text}");
        }
        assert!(read(Shape::Limit, "15天").unwrap_err().zh.contains("工作日还是自然日"));
        assert!(read(Shape::Limit, "很快").unwrap_err().zh.contains("不是时限"));
    }

    #[test]
    fn numbers_and_choices_are_forgiving_where_it_is_certain() {
        assert_eq!(read(Shape::Whole, "２.0"), Ok(Json::from(2)));
        assert!(read(Shape::Whole, "2.5").is_err());
        assert!(read(Shape::Whole, "1E+3").is_err());
        assert_eq!(read(Shape::Yes, "YES"), Ok(Json::Bool(true)));
        assert_eq!(read(Shape::Money, "1,234.5"), Ok(Json::from(123_450)));
        let words: Words = &[("a", "行政许可", "Licence"), ("b", "公共服务", "Service")];
        assert_eq!(read(Shape::One(words), " 公共 服务"), Ok(Json::from("b")));
        assert!(read(Shape::One(words), "行政许").unwrap_err().zh.contains("是不是“行政许可”"));
        let several = read(Shape::Several(words), "行政许可；公共服务");
        assert_eq!(several, Ok(serde_json::json!(["a", "b"])));
    }
}
