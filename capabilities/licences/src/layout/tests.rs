//! Pages of the house's own fonts, and templates that are refused.

use super::*;

/// The fonts that the pages' build wrote.
pub(crate) fn fonts() -> Fonts {
    let file = |name: &str| {
        let path = format!("{}/../../web/dist/fonts/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}; run `make web` first"))
    };
    Fonts::new(vec![
        ("Source Han Sans CN".to_owned(), file("source-han-sans-cn.otf")),
        ("Source Sans 3".to_owned(), file("source-sans-3.ttf")),
    ])
    .unwrap()
}

/// A licence for selling food, as a pack would declare it.
pub(crate) const FOOD: &str = include_str!("../../samples/food.toml");

pub(crate) fn food_values() -> Values {
    let texts = [
        ("name", "鼓楼区三坊七巷示例小吃店"),
        ("uscc", "92350102MA00000001"),
        ("manager", "示例经营者"),
        ("address", "福建省福州市鼓楼区南后街示例号一层，东侧第二间（含外摆区域）"),
        ("kinds", "热食类食品制售；冷食类食品制售；自制饮品制售（不含自酿酒）"),
        ("code", "1.2.156.3005.2.11370800MB28559184001.11370800MB28559184.000000001.001.L"),
        ("number", "JY23501020000001"),
        ("issuer", "福州市鼓楼区市场监督管理局"),
        ("issued", "2026年11月27日"),
        ("until", "2031年11月26日"),
        ("verify", "https://minshu.example/licences/verify?c=000000001"),
    ];
    texts.into_iter().fold(Values::default(), |values, (field, text)| values.with(field, text))
}

fn template(boxes: &str) -> Result<Template, TemplateProblem> {
    Template::parse(&format!("title = \"t\"\npage = {{ width = 100.0, height = 100.0 }}\n{boxes}"))
}

fn one(content: &str) -> Result<Template, TemplateProblem> {
    template(&format!("[[box]]\nat = [10.0, 10.0]\nsize = [50.0, 20.0]\n{content}"))
}

fn lines(document: &Document) -> Vec<String> {
    let mut lines: Vec<(f64, String)> = Vec::new();
    for item in document.pages.iter().flat_map(|p| &p.items) {
        let Item::Text(run) = item else { continue };
        let text: String = run.glyphs.iter().map(|g| g.character).collect();
        match lines.last_mut().filter(|(y, _)| (*y - run.y).abs() < 1e-9) {
            Some((_, line)) => line.push_str(&text),
            None => lines.push((run.y, text)),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

#[test]
fn a_licence_is_laid_out() {
    let (fonts, template) = (fonts(), Template::parse(FOOD).unwrap());
    let document = lay_out(&template, &fonts, &food_values()).unwrap();
    assert_eq!(document.pages.len(), 1);
    assert_eq!(document.pages[0].seals.len(), 1);
    assert!(template.has_seal());
    assert!(template.fields().contains("name"));
    let mut without = food_values();
    without.texts.remove("name");
    let missing = lay_out(&template, &fonts, &without);
    assert_eq!(missing, Err(LayoutProblem::Missing("name".to_owned())));
    // A character that no font has is named.
    let rare = food_values().with("name", "\u{2a6a5}店");
    assert_eq!(lay_out(&template, &fonts, &rare), Err(LayoutProblem::Glyph('\u{2a6a5}')));
    assert_eq!(fonts.first_missing("福建\u{2a6a5}"), Some('\u{2a6a5}'));
    // Longer than its box at the smallest size: refused, not cut.
    let long = food_values().with("name", "长".repeat(400));
    assert!(matches!(lay_out(&template, &fonts, &long), Err(LayoutProblem::Overflow { .. })));
}

#[test]
fn lines_break_where_they_may() {
    let fonts = fonts();
    let shown = |text: &str| {
        let template = one("text = \"{t}\"\nsize_pt = 12").unwrap();
        let document = lay_out(&template, &fonts, &Values::default().with("t", text)).unwrap();
        lines(&document)
    };
    // 50 mm are eleven characters of 12 points; a closing mark takes its character along.
    assert_eq!(shown("一二三四五六七八九十甲，乙丙"), ["一二三四五六七八九十", "甲，乙丙"]);
    // An opening mark does not stay behind.
    assert_eq!(shown("一二三四五六七八九十（甲乙）"), ["一二三四五六七八九十", "（甲乙）"]);
    // Words and numbers hold together.
    assert_eq!(shown("一二三四五六七八九 Fuzhou 2026"), ["一二三四五六七八九", "Fuzhou 2026"]);
    assert_eq!(shown("一\n\n二"), ["一", "二"]);
    assert_eq!(shown("  "), Vec::<String>::new());
    // A word longer than a line is cut where the line ends, and nothing of it is lost.
    let word = "A".repeat(40);
    assert_eq!(shown(&word).concat(), word);
}

#[test]
fn text_keeps_within_its_box() {
    let fonts = fonts();
    for align in ["left", "centre", "right", "justify", "spread"] {
        let template =
            one(&format!("text = \"{{t}}\"\nsize_pt = 12\nalign = \"{align}\"")).unwrap();
        let text = "福建省福州市鼓楼区，Fuzhou 350001。".repeat(2);
        let document = lay_out(&template, &fonts, &Values::default().with("t", text)).unwrap();
        for item in &document.pages[0].items {
            let Item::Text(run) = item else { continue };
            let last = run.glyphs.last().map_or(0.0, |g| g.advance);
            let end = run.x + run.glyphs.iter().map(|g| g.advance).sum::<f64>() - last;
            assert!(run.x >= 9.99 && end <= 60.01, "{align}: {} to {end}", run.x);
            assert!(run.y >= 10.0 && run.y <= 30.0, "{align}: {}", run.y);
        }
    }
}

#[test]
fn a_table_goes_on_over_pages() {
    let template = template(
        r#"
        [[box]]
        at = [10.0, 5.0]
        size = [80.0, 8.0]
        text = "附表"
        every_page = true
        [[box]]
        at = [10.0, 15.0]
        size = [80.0, 60.0]
        rows = "items"
        size_pt = 10
        columns = [
          { field = "name", head = "名称", share = 0.7 },
          { field = "count", head = "数量", share = 0.3, align = "right" },
        ]
        "#,
    )
    .unwrap();
    let fonts = fonts();
    let row = |n: usize| {
        [("name".to_owned(), format!("第{n}种设备")), ("count".to_owned(), n.to_string())].into()
    };
    let mut values = Values::default();
    values.rows.insert("items".to_owned(), (1..=30).map(row).collect());
    let document = lay_out(&template, &fonts, &values).unwrap();
    assert!(document.pages.len() > 2);
    let all = lines(&document).concat();
    assert_eq!(all.matches("附表").count(), document.pages.len());
    assert_eq!(all.matches("名称").count(), document.pages.len());
    assert!((1..=30).all(|n| all.contains(&format!("第{n}种设备"))));
    values.rows.insert("items".to_owned(), (1..=5_000).map(row).collect());
    assert_eq!(lay_out(&template, &fonts, &values), Err(LayoutProblem::Pages));
    assert_eq!(template.tables(), [("items", vec!["name", "count"])]);
}

#[test]
fn templates_are_refused_with_their_reason() {
    let reason = |content: &str| match one(content).unwrap_err() {
        TemplateProblem::Box { number: 1, reason } => reason,
        other => panic!("{other}"),
    };
    assert!(reason("text = \"{a\"").contains("not closed"));
    assert!(reason("text = \"{A b}\"").contains("no name of a field"));
    assert!(reason("text = \"a\"\nseal = true").contains("more than one"));
    assert!(reason("").contains("neither"));
    assert!(reason("text = \"a\"\nsize_pt = 3").contains("4 to 144"));
    assert!(reason("rows = \"r\"").contains("make one"));
    assert!(one("text = \"a\"\ncolour = \"red\"").unwrap_err().to_string().contains("no colour"));
    assert!(one("txt = \"a\"").unwrap_err().to_string().contains("unknown field"));
    assert!(one("text = \"{{not a field\"").is_ok());
    let outside = template("[[box]]\nat = [90.0, 0.0]\nsize = [20.0, 5.0]\ntext = \"a\"");
    assert!(outside.unwrap_err().to_string().contains("outside the page"));
    assert_eq!(template("box = []").unwrap_err(), TemplateProblem::Boxes(0));
    assert!(
        Template::parse("title = \"t\"\npage = { width = 1.0, height = 9.0 }\nbox = []").is_err()
    );
}

#[test]
fn a_subset_has_what_it_was_cut_for() {
    use skrifa::{FontRef, MetadataProvider as _};
    let fonts = fonts();
    for (face, text) in [(0, "福建证照，。"), (1, "ABC0123“”")] {
        let wanted: std::collections::BTreeSet<char> = text.chars().collect();
        let subset = fonts.subset(face, &wanted).unwrap();
        assert!(subset.data.len() < 40_000, "{}", subset.data.len());
        let font = FontRef::new(&subset.data).unwrap();
        let map = font.charmap();
        for c in text.chars() {
            let id = map.map(c).unwrap_or_else(|| panic!("{c}"));
            assert_ne!(id.to_u32(), 0);
            assert!(font.outline_glyphs().get(id).is_some());
        }
        assert_eq!(map.map('粤'), None);
        // The same characters give the same file, from memory.
        assert!(std::sync::Arc::ptr_eq(&subset, &fonts.subset(face, &wanted).unwrap()));
        assert_eq!(subset.digest, crate::seal::sm3(&subset.data));
    }
}
