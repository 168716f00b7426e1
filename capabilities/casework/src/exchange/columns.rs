//! The columns of the table: header, place in the declaration, and how a cell is written.

use crate::elements::{
    Across, Convenience, Delivery, Kind, Online, PaperForm, PaperKind, PaperSource, PowerSource,
    ProjectType, ResultKind, Topic,
};

/// A closed list: the word of packs, its Chinese and its English name.
pub type Words = &'static [(&'static str, &'static str, &'static str)];

/// How a cell is written.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A text.
    Text,
    /// A limit: 15 个工作日.
    Limit,
    /// A whole number.
    Whole,
    /// 是 or 否.
    Yes,
    /// An amount in yuan; in the declaration it is fen.
    Money,
    /// One of a closed list.
    One(Words),
    /// Several of a closed list, parted by 、.
    Several(Words),
}

/// A column, for one kind of row.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its header.
    pub header: &'static str,
    /// What it is called in English.
    pub en: &'static str,
    /// Its place below the row's object, as a JSON pointer.
    pub at: &'static str,
    /// How it is written.
    pub shape: Shape,
    /// Whether it must be filled in.
    pub required: bool,
}

/// A kind of row: the item itself, or an entry of one of its lists.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// The word in the first column.
    pub word: &'static str,
    /// What it is called in English.
    pub en: &'static str,
    /// The list within the declaration, as a JSON pointer; empty for the item itself.
    pub list: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
}

/// The header of the first column: what a row is.
pub const ROW_KIND: &str = "行类";
/// The header of the second column: the item's id.
pub const ITEM_ID: &str = "事项标识";
/// The header of the third column: the pack.
pub const PACK: &str = "所属系统";
/// The header of the last column: what has no column of its own, as JSON.
pub const REST: &str = "其他声明";

const APPLICANTS: Words = &[
    ("person", "自然人", "person"),
    ("organisation", "法人", "organisation"),
    ("any", "自然人、法人", "either"),
];
const LEVELS: Words = &[
    ("province", "省级", "province"),
    ("prefecture", "市级", "prefecture"),
    ("county", "县级", "county"),
    ("township", "乡级", "township"),
    ("village", "村级", "village"),
];
const NECESSITY: Words = &[("required", "必要", "required"), ("optional", "非必要", "optional")];
const FILES: Words = &[
    ("pdf", "PDF", "PDF"),
    ("ofd", "OFD", "OFD"),
    ("png", "PNG", "PNG"),
    ("jpeg", "JPG", "JPG"),
    ("webp", "WebP", "WebP"),
    ("docx", "DOCX", "DOCX"),
    ("xlsx", "XLSX", "XLSX"),
    ("text", "TXT", "TXT"),
    ("csv", "CSV", "CSV"),
];
const ACTS: Words = &[
    ("accept", "受理", "accept"),
    ("return", "退回补正", "return"),
    ("refuse", "不予受理", "refuse"),
    ("advance", "移送下一环节", "advance"),
    ("grant", "准予", "grant"),
    ("deny", "不准予", "deny"),
];

const fn needed(header: &'static str, en: &'static str, at: &'static str, shape: Shape) -> Column {
    Column { header, en, at, shape, required: true }
}

const fn may(header: &'static str, en: &'static str, at: &'static str, shape: Shape) -> Column {
    Column { header, en, at, shape, required: false }
}

const ITEM: &[Column] = &[
    needed("名称", "Name", "/name/zh", Shape::Text),
    needed("英文名称", "Name in English", "/name/en", Shape::Text),
    needed("说明", "Text", "/summary/zh", Shape::Text),
    needed("英文说明", "Text in English", "/summary/en", Shape::Text),
    may("事项类型", "Kind", "/elements/kind", Shape::One(Kind::WORDS)),
    may("基本编码", "Basic code", "/elements/catalogue_code", Shape::Text),
    may("实施编码", "Implementation code", "/elements/task_code", Shape::Text),
    may("业务办理项编码", "Handling code", "/elements/handling_code", Shape::Text),
    may("部门代码", "Department's code", "/elements/department/code", Shape::Text),
    may("实施主体", "Department", "/elements/department/name/zh", Shape::Text),
    may("英文实施主体", "Department in English", "/elements/department/name/en", Shape::Text),
    may("实施主体编码", "Department's credit code", "/elements/department/uscc", Shape::Text),
    needed("行使层级", "Level", "/handled_at", Shape::One(LEVELS)),
    may(
        "权力来源",
        "Source of the power",
        "/elements/power_source",
        Shape::One(PowerSource::WORDS),
    ),
    needed("服务对象", "Who may apply", "/applicant", Shape::One(APPLICANTS)),
    may(
        "办件类型",
        "On the spot or promised",
        "/elements/project_type",
        Shape::One(ProjectType::WORDS),
    ),
    needed("法定办结时限", "Limit of the law", "/statutory", Shape::Limit),
    needed("承诺办结时限", "Promised limit", "/promised", Shape::Limit),
    may("到现场次数", "Visits", "/elements/visits", Shape::Whole),
    may("到现场原因", "Why one comes", "/elements/visits_reason/zh", Shape::Text),
    may("英文到现场原因", "Why one comes, in English", "/elements/visits_reason/en", Shape::Text),
    may("网上办理深度", "How far online", "/elements/online", Shape::One(Online::WORDS)),
    may("通办范围", "Taken across", "/elements/across", Shape::One(Across::WORDS)),
    may("服务方式", "Conveniences", "/elements/conveniences", Shape::Several(Convenience::WORDS)),
    may("主题分类", "Topics", "/elements/topics", Shape::Several(Topic::WORDS)),
    needed("结果名称", "Result", "/result/name/zh", Shape::Text),
    needed("英文结果名称", "Result in English", "/result/name/en", Shape::Text),
    may("结果类型", "Kind of result", "/result/kind", Shape::One(ResultKind::WORDS)),
    may("结果样本", "Sample of the result", "/result/sample", Shape::Text),
    may("结果证照类型", "Licence that is issued", "/result/licence", Shape::Text),
    may("送达方式", "Delivery", "/result/delivery", Shape::Several(Delivery::WORDS)),
    may("咨询电话", "Telephone", "/phone", Shape::Text),
    may("监督电话", "Telephone for complaints", "/elements/supervision", Shape::Text),
    may("办理地点", "Where", "/counter/zh", Shape::Text),
    may("英文办理地点", "Where, in English", "/counter/en", Shape::Text),
    needed("表单文件", "Form", "/form", Shape::Text),
    needed("区划字段", "Field of the place", "/division_field", Shape::Text),
    may("代码字段", "Field of the credit code", "/organisation_field", Shape::Text),
    needed("编号前缀", "Letters of case numbers", "/number_prefix", Shape::Text),
];

const TEXT: &[Column] = &[
    needed("说明", "Text", "/zh", Shape::Text),
    needed("英文说明", "Text in English", "/en", Shape::Text),
];

const FEE: &[Column] = &[
    needed("名称", "Name", "/name/zh", Shape::Text),
    needed("英文名称", "Name in English", "/name/en", Shape::Text),
    needed("金额（元）", "Amount", "/fen", Shape::Money),
    needed("依据", "Basis", "/basis/zh", Shape::Text),
    needed("英文依据", "Basis in English", "/basis/en", Shape::Text),
    may("标准", "Standard", "/standard/zh", Shape::Text),
    may("英文标准", "Standard in English", "/standard/en", Shape::Text),
    may("减免", "Reduction", "/reduction/zh", Shape::Text),
    may("英文减免", "Reduction in English", "/reduction/en", Shape::Text),
];

const MATERIAL: &[Column] = &[
    needed("标识", "Id", "/id", Shape::Text),
    needed("名称", "Name", "/name/zh", Shape::Text),
    needed("英文名称", "Name in English", "/name/en", Shape::Text),
    needed("材料必要性", "Necessity", "/necessity", Shape::One(NECESSITY)),
    needed("文件格式", "Kinds of files", "/kinds", Shape::Several(FILES)),
    needed("文件上限（MB）", "Largest file, MiB", "/max_mib", Shape::Whole),
    may("文件数上限", "Most files", "/max_files", Shape::Whole),
    may("材料形式", "Forms", "/forms", Shape::Several(PaperForm::WORDS)),
    may("材料类型", "Kind of material", "/kind", Shape::One(PaperKind::WORDS)),
    may("来源渠道", "From", "/from", Shape::One(PaperSource::WORDS)),
    may("来源说明", "Source", "/source/zh", Shape::Text),
    may("英文来源说明", "Source in English", "/source/en", Shape::Text),
    may("份数", "Copies", "/copies", Shape::Whole),
    may("说明", "Text", "/help/zh", Shape::Text),
    may("英文说明", "Text in English", "/help/en", Shape::Text),
    may("标准", "Standard", "/standard/zh", Shape::Text),
    may("英文标准", "Standard in English", "/standard/en", Shape::Text),
    may("空白表格", "Blank form", "/blank", Shape::Text),
    may("样例", "Sample", "/sample", Shape::Text),
    may("可替代证照", "Licence in its place", "/licence", Shape::Text),
    may("条件", "Condition", "/when", Shape::Text),
];

const STAGE: &[Column] = &[
    needed("标识", "Id", "/id", Shape::Text),
    needed("名称", "Name", "/name/zh", Shape::Text),
    needed("英文名称", "Name in English", "/name/en", Shape::Text),
    needed("角色", "Role", "/role", Shape::Text),
    needed("可办操作", "May do", "/does", Shape::Several(ACTS)),
    needed("环节时限", "Limit of the stage", "/limit", Shape::Limit),
    may("四眼原则", "Four eyes", "/four_eyes", Shape::Yes),
];

const COUNTER: &[Column] = &[
    needed("名称", "Name", "/name/zh", Shape::Text),
    needed("英文名称", "Name in English", "/name/en", Shape::Text),
    needed("地址", "Address", "/address/zh", Shape::Text),
    needed("英文地址", "Address in English", "/address/en", Shape::Text),
    needed("时间", "Hours", "/hours/zh", Shape::Text),
    needed("英文时间", "Hours in English", "/hours/en", Shape::Text),
    may("咨询电话", "Telephone", "/phone", Shape::Text),
];

const QUESTION: &[Column] = &[
    needed("名称", "Name", "/ask/zh", Shape::Text),
    needed("英文名称", "Name in English", "/ask/en", Shape::Text),
    needed("说明", "Text", "/answer/zh", Shape::Text),
    needed("英文说明", "Text in English", "/answer/en", Shape::Text),
];

/// Every kind of row, in the order in which they are written.
pub const ROWS: &[Rows] = &[
    Rows { word: "事项", en: "Item", list: "", columns: ITEM },
    Rows { word: "条件", en: "Condition", list: "/conditions", columns: TEXT },
    Rows { word: "依据", en: "Legal basis", list: "/basis", columns: TEXT },
    Rows { word: "收费", en: "Fee", list: "/fees", columns: FEE },
    Rows { word: "材料", en: "Material", list: "/material", columns: MATERIAL },
    Rows { word: "环节", en: "Stage", list: "/stage", columns: STAGE },
    Rows { word: "流程", en: "Step", list: "/elements/steps", columns: TEXT },
    Rows { word: "窗口", en: "Counter", list: "/elements/counters", columns: COUNTER },
    Rows { word: "问答", en: "Question", list: "/elements/faq", columns: QUESTION },
];

/// The kind of row of a word.
pub fn rows(word: &str) -> Option<&'static Rows> {
    ROWS.iter().find(|rows| rows.word == word)
}

/// The headers of the table in order, each once.
pub fn headers() -> Vec<&'static str> {
    let mut headers = vec![ROW_KIND, ITEM_ID, PACK];
    for column in ROWS.iter().flat_map(|rows| rows.columns) {
        if !headers.contains(&column.header) {
            headers.push(column.header);
        }
    }
    headers.push(REST);
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_stands_once_for_a_kind_of_row_and_a_place_has_one_column() {
        for rows in ROWS {
            for (place, column) in rows.columns.iter().enumerate() {
                let before = &rows.columns[..place];
                assert!(before.iter().all(|c| c.header != column.header), "{}", column.header);
                assert!(before.iter().all(|c| c.at != column.at), "{}", column.at);
            }
        }
        let headers = headers();
        assert_eq!((headers[0], *headers.last().unwrap()), (ROW_KIND, REST));
    }
}
