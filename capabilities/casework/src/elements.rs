//! The national elements of a service item (政务服务事项要素): codes, kind, power, how it is handled and where one
//! turns. All of them may be left out; what is not known is not made up. Element names follow the groups of the
//! national platform's item directory; the words in brackets are those that departments write in tables.

use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A closed list of words with what people call them, in Chinese (as in tables of departments) and in English.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal, $zh:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The words that packs use, each with its Chinese and English name.
            pub const WORDS: &[(&str, &str, &str)] = &[$(($word, $zh, $en)),+];

            /// The word that packs use.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// What people call it.
            pub fn name(self) -> LocalText {
                match self { $($name::$variant => LocalText::new($zh, $en)),+ }
            }
        }
    };
}

choices! {
    /// The kind of an item (事项类型).
    Kind {
        /// An administrative licence.
        Licence = "licence", "行政许可", "Administrative licence";
        /// A confirmation of a fact or status.
        Confirmation = "confirmation", "行政确认", "Administrative confirmation";
        /// A payment or benefit.
        Benefit = "benefit", "行政给付", "Administrative payment";
        /// A ruling between parties.
        Ruling = "ruling", "行政裁决", "Administrative ruling";
        /// A reward.
        Reward = "reward", "行政奖励", "Administrative reward";
        /// A penalty.
        Penalty = "penalty", "行政处罚", "Administrative penalty";
        /// An enforcement.
        Enforcement = "enforcement", "行政强制", "Administrative enforcement";
        /// An inspection.
        Inspection = "inspection", "行政检查", "Administrative inspection";
        /// A levy.
        Levy = "levy", "行政征收", "Administrative levy";
        /// A public service.
        PublicService = "public-service", "公共服务", "Public service";
        /// Another power.
        Other = "other", "其他行政权力", "Other administrative power";
    }
}

choices! {
    /// Where the power comes from (权力来源).
    PowerSource {
        /// The law gives it to this level.
        Own = "own", "法定本级行使", "Given to this level by law";
        /// Handed down by a higher level.
        HandedDown = "handed-down", "上级下放", "Handed down by a higher level";
        /// Authorised by a higher level.
        AuthorisedAbove = "authorised-above", "上级授权", "Authorised by a higher level";
        /// Authorised at the same level.
        AuthorisedBeside = "authorised-beside", "同级授权", "Authorised at the same level";
        /// Entrusted by a higher level.
        EntrustedAbove = "entrusted-above", "上级委托", "Entrusted by a higher level";
        /// Entrusted at the same level.
        EntrustedBeside = "entrusted-beside", "同级委托", "Entrusted at the same level";
    }
}

choices! {
    /// Whether it is done on the spot (办件类型).
    ProjectType {
        /// Done on the spot.
        Instant = "instant", "即办件", "Done on the spot";
        /// Done within a promised limit.
        Promised = "promised", "承诺件", "Done within the promised limit";
    }
}

choices! {
    /// How far it goes on line (网上办理深度).
    Online {
        /// One can read and ask on line.
        Ask = "ask", "网上咨询", "Questions are answered online";
        /// One can send in on line; papers are looked at in the hall.
        Receive = "receive", "网上收件", "Sent in online, papers checked at the counter";
        /// Examined on line; one goes once, with the originals.
        Examine = "examine", "网上预审", "Checked online, one visit with the originals";
        /// Everything on line.
        Whole = "whole", "全程网办", "Wholly online";
    }
}

choices! {
    /// Across which area any counter takes it (通办范围).
    Across {
        /// Any counter of the county.
        County = "county", "全县", "Any counter of the county";
        /// Any counter of the prefecture.
        Prefecture = "prefecture", "全市", "Any counter of the city";
        /// Any counter of the province.
        Province = "province", "全省", "Any counter of the province";
        /// Counters of several provinces.
        Provinces = "provinces", "跨省", "Counters of several provinces";
        /// Any counter of the country.
        Nation = "nation", "全国", "Any counter of the country";
    }
}

choices! {
    /// What makes the way shorter (服务方式).
    Convenience {
        /// A time can be reserved.
        Reservation = "reservation", "支持预约办理", "A time can be reserved";
        /// A self-service terminal does it.
        Terminal = "terminal", "支持自助终端办理", "At self-service terminals";
        /// Papers and results go by express.
        Express = "express", "支持物流快递", "By express delivery";
        /// Fees are paid on line.
        PayOnline = "pay-online", "支持网上支付", "Fees are paid online";
    }
}

choices! {
    /// Topics by which people look for items (人生事、企业事主题).
    Topic {
        /// Birth and adoption.
        Birth = "birth", "生育收养", "Birth and adoption";
        /// Household register.
        Household = "household", "户籍办理", "Household register";
        /// Schools and education.
        Education = "education", "教育科研", "Education";
        /// Work and business start.
        Employment = "employment", "就业创业", "Work and starting out";
        /// Marriage.
        Marriage = "marriage", "婚姻登记", "Marriage";
        /// Housing.
        Housing = "housing", "住房保障", "Housing";
        /// Social security.
        SocialSecurity = "social-security", "社会保障", "Social security";
        /// Medical care and health.
        Health = "health", "医疗卫生", "Health";
        /// Driving and travelling.
        Transport = "transport", "交通出行", "Transport";
        /// Certificates of a person.
        Papers = "papers", "证件办理", "Personal papers";
        /// Care and allowances.
        Care = "care", "优待抚恤", "Care and allowances";
        /// Qualifications of a profession.
        Profession = "profession", "职业资格", "Professional qualifications";
        /// Retirement.
        Retirement = "retirement", "离职退休", "Retirement";
        /// Death and burial.
        Death = "death", "死亡殡葬", "Death and burial";
        /// Culture, sport and tourism.
        Culture = "culture", "文体旅游", "Culture, sport and tourism";
        /// Founding and changing a business.
        Founding = "founding", "设立变更", "Founding and changing a business";
        /// Permission to operate.
        Operating = "operating", "准营准办", "Permission to operate";
        /// Taxes and finance.
        Tax = "tax", "税收财务", "Tax and finance";
        /// Building and planning.
        Building = "building", "规划建设", "Building and planning";
        /// Environment.
        Environment = "environment", "环保绿化", "Environment";
        /// Farming, forestry and fishery.
        Farming = "farming", "农林牧渔", "Farming and fishery";
        /// Safety.
        Safety = "safety", "安全生产", "Safety";
    }
}

choices! {
    /// In which form a material is wanted (材料形式).
    PaperForm {
        /// The original.
        Original = "original", "原件", "Original";
        /// A copy.
        Copy = "copy", "复印件", "Copy";
        /// An electronic file.
        Electronic = "electronic", "电子", "Electronic";
    }
}

choices! {
    /// What a material is (材料类型).
    PaperKind {
        /// A licence or certificate.
        Certificate = "certificate", "证件证书证明", "Certificate";
        /// An application or form.
        Application = "application", "申请表格文书", "Application form";
        /// Another material.
        Other = "other", "其他", "Other";
    }
}

choices! {
    /// Who issues a material (来源渠道).
    PaperSource {
        /// The applicant makes it.
        Applicant = "applicant", "申请人自备", "The applicant";
        /// An office issued it.
        Government = "government", "政府部门核发", "An office";
        /// Somebody else makes it: a hospital, a school, a bank, a qualified firm.
        Third = "third", "其他单位出具", "Another organisation";
    }
}

choices! {
    /// What a result is (审批结果类型).
    ResultKind {
        /// A licence or certificate.
        Certificate = "certificate", "证照", "Certificate";
        /// A written approval.
        Approval = "approval", "批文", "Written approval";
        /// A payment.
        Payment = "payment", "资金发放", "Payment";
        /// An entry in a register.
        Entry = "entry", "登记备案", "Entry in a register";
        /// Another result.
        Other = "other", "其他", "Other";
    }
}

choices! {
    /// How a result reaches people (送达方式).
    Delivery {
        /// As an electronic document.
        Electronic = "electronic", "网上获取", "As an electronic document";
        /// Fetched at the counter.
        Counter = "counter", "窗口领取", "At the counter";
        /// By express.
        Express = "express", "快递送达", "By express";
        /// From a self-service terminal.
        Terminal = "terminal", "自助终端领取", "From a self-service terminal";
    }
}

/// The national elements of an item.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Elements {
    /// The kind (事项类型).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The basic code in the national catalogue (基本编码): 12 digits. Left out where it was not given one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue_code: Option<String>,
    /// The implementation code (实施编码): 31 characters, the authority's credit code, the level, and 12 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_code: Option<String>,
    /// The code of this way of handling it (业务办理项编码): the implementation code and two digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_code: Option<String>,
    /// The department in charge (实施主体).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// Where its power comes from (权力来源).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_source: Option<PowerSource>,
    /// Done on the spot, or within a promised limit (办件类型).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_type: Option<ProjectType>,
    /// How often one goes in person at most (到现场次数), 0 to 9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 9))]
    pub visits: Option<u32>,
    /// Why one has to go (到现场原因). Needed where `visits` is more than 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visits_reason: Option<LocalText>,
    /// How far it goes on line (网上办理深度).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<Online>,
    /// Across which area any counter takes it (通办范围).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub across: Option<Across>,
    /// What makes the way shorter (服务方式).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conveniences: Vec<Convenience>,
    /// Topics by which people find it (主题分类).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Topic>,
    /// Counters with their hours (办理窗口).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<Counter>,
    /// How it goes, step by step, for the applicant (办理流程).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<LocalText>,
    /// The telephone number for complaints about the handling (监督电话).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervision: Option<String>,
    /// What people ask (常见问题).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faq: Vec<Question>,
}

impl Elements {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Elements::default()
    }
}

/// A department.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Its short code on this platform, such as `market-supervision`; the same in every item.
    pub code: String,
    /// Its name.
    pub name: LocalText,
    /// Its unified social credit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uscc: Option<String>,
}

/// A counter where one can go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// Its name.
    pub name: LocalText,
    /// Where it is.
    pub address: LocalText,
    /// When it is open.
    pub hours: LocalText,
    /// Its telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A question that people ask, and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question.
    pub ask: LocalText,
    /// The answer.
    pub answer: LocalText,
}
