//! Somebody asks that what is held about him be put right.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::codes::mask;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::event::{Aggregate, Event};
use minshu_kernel::personal::Subject;
use minshu_kernel::records::{Statement, Value};
use minshu_kernel::text::Message;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::correction::model::{CorrectionId, Words, due, place};
use crate::correction::store;

/// Records of a kind among which one's own is looked for.
const RECORDS: u32 = 200;
/// The most requests of an account that wait at once.
const OPEN_MOST: i64 = 20;
/// The most characters of a text.
const MOST: usize = 1_000;

/// Asks for a correction.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskCorrection {
    /// The kind of data, as `identity.my_data` tells it.
    #[schemars(length(max = 80), example = &"identity.account")]
    pub holding: String,
    /// The record.
    #[schemars(length(max = 64), example = &"01928f5e-7b1a-7c3d-8e4f-0123456789ab")]
    pub record: String,
    /// What is wrong, in 1 to 1 000 characters.
    #[schemars(length(min = 1, max = 1000), example = &"姓名")]
    pub wrong: String,
    /// What it should be, in 1 to 1 000 characters.
    #[schemars(length(min = 1, max = 1000), example = &"林小燕")]
    pub right: String,
    /// Why, and how that can be seen, in 4 to 1 000 characters.
    #[schemars(length(min = 4, max = 1000), example = &"户口簿上是“小”，登记时写成了“晓”")]
    pub why: String,
    /// The county that decides, where the record lies nowhere.
    #[serde(default)]
    pub division: Option<DivisionCode>,
}

/// The request.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    /// Its id.
    pub correction: CorrectionId,
    /// It is to be decided before this instant.
    pub due_ms: minshu_kernel::clock::Timestamp,
}

/// Somebody asked for a correction.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CorrectionAsked {
    /// The request.
    pub correction: CorrectionId,
    /// The kind of data.
    pub holding: String,
    /// Where it is decided.
    pub division: DivisionCode,
    /// It is to be decided before this instant.
    pub due_ms: minshu_kernel::clock::Timestamp,
}

impl Event for CorrectionAsked {
    const TYPE: &'static str = "platform.correction.asked";
    const DOC: &'static str = "Somebody asked that what is held about him be corrected.";
}

/// The aggregate of a request.
pub(crate) fn aggregate(id: CorrectionId, version: i64) -> Aggregate {
    Aggregate { kind: "platform.correction", id: id.to_string(), version }
}

/// A text, trimmed and within bounds.
pub(crate) fn text(
    pointer: &str,
    text: &str,
    least: usize,
    problems: &mut Vec<FieldProblem>,
) -> String {
    let text = text.trim();
    if !(least..=MOST).contains(&text.chars().count()) {
        let message =
            Message::new("platform-correction-text").with("least", least).with("most", MOST);
        problems.push(FieldProblem::new(pointer, message));
    }
    text.to_owned()
}

impl Action for AskCorrection {
    const NAME: &'static str = "platform.ask_correction";
    const DOC: &'static str = "Asks that something that is held about oneself be corrected. Whoever is responsible decides within fifteen working days.";
    type Reply = Asked;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Asked>, Failure> {
        let id = CorrectionId::fresh(&*ctx.services.ids);
        let account = ctx.who.account();
        ctx.authorize(&Resource {
            owner_account: account,
            owner: ctx.who.person,
            ..Resource::of("platform.correction", id)
        })?;
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let account = account.ok_or_else(nobody)?;
        let mut problems = Vec::new();
        let (wrong, right, why) = (
            text("/wrong", &self.wrong, 1, &mut problems),
            text("/right", &self.right, 1, &mut problems),
            text("/why", &self.why, 4, &mut problems),
        );
        let holding = ctx.services.holdings.iter().find(|kind| kind.name == self.holding);
        let record = match holding {
            Some(holding) => {
                let own = (holding.read)(ctx, RECORDS).await?;
                own.into_iter().find(|record| record.id == self.record)
            }
            None => None,
        };
        if record.is_none() {
            problems.push(FieldProblem::new("/record", "platform-correction-record"));
        }
        // A record that lies somewhere is decided on there, by its department.
        let kind = ctx.services.record_types.iter().find(|kind| kind.holding == self.holding);
        let face = match (kind, &record) {
            (Some(kind), Some(record)) => (kind.look)(ctx, &record.id).await?,
            _ => None,
        };
        let typed = self.division.filter(|code| ctx.services.divisions.get(*code).is_some());
        let division = face.as_ref().map(|face| face.division).or(typed);
        if division.is_none() {
            problems.push(FieldProblem::new("/division", "platform-correction-division"));
        }
        let (Some(record), Some(division), true) = (record, division, problems.is_empty()) else {
            return Err(Failure::invalid(problems));
        };
        let open = ctx.row(store::OPEN_OF_ACCOUNT, values![account]).await?;
        if open.map_or(Ok(0), |row| row.get::<i64>("n"))? >= OPEN_MOST {
            return Err(Failure::new(Kind::Conflict, "platform.corrections_full"));
        }
        let asker = mask::name(&ctx.who.name);
        let words = Words { asker, title: record.title, wrong, right, why };
        let words = serde_json::to_string(&words).map_err(Failure::internal)?;
        let sealer = ctx.sealer(Subject::owning(Some(account), ctx.who.person, None)).await?;
        let key = id.to_string();
        let due = due(ctx)?;
        let pack = face.and_then(|face| face.pack);
        let mut values = values![&key, &self.holding, record.id, pack, division];
        values.extend(ctx.services.divisions.levels(division).map(Value::from));
        let sealed = sealer.seal_text(place("words", &key), &words);
        values.extend(values![account, ctx.who.person, sealed, ctx.now, due]);
        let event =
            CorrectionAsked { correction: id, holding: self.holding, division, due_ms: due };
        Decision::reply(Asked { correction: id, due_ms: due })
            .write(Statement::one(store::ASK_CORRECTION, values))
            .tell(&event, aggregate(id, 1))
    }
}
