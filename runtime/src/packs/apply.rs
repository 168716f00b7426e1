//! Puts a set of packs in force: checked, held against what open records need, kept, noted in the audit chain, and
//! exchanged whole while requests go on. A set that is refused leaves everything as it was.

use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Door as _, PacksInForce as _};
use minshu_kernel::error::Failure;
use minshu_kernel::ids::RequestId;
use minshu_kernel::pack::PackProblem;
use minshu_kernel::records::{Records as _, Statement, WriteSet};
use minshu_kernel::text::{Lang, Speaker};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::pins::{self, Break};
use super::{Checked, PackSources, check, sources_in_force, standing};
use crate::flows;
use crate::house::House;
use crate::platform::actions::apply_packs::ApplyPacks;

/// How often a process looks whether another one put a newer set in force.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// What became of a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The hash of the set in force.
    pub hash: String,
    /// The hash of the set before; empty where there was none, the same where nothing changed.
    pub before: String,
}

/// Why a set was not put in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Mistakes, each at its place.
    #[serde(default)]
    pub problems: Vec<PackProblem>,
    /// What open records need and the set does not leave to them.
    #[serde(default)]
    pub breaks: Vec<Break>,
}

impl Refusal {
    /// A line for each mistake and for each thing that open records need.
    pub fn lines(&self, t: &Speaker) -> Vec<String> {
        let problems = self.problems.iter().map(ToString::to_string);
        problems.chain(self.breaks.iter().map(|b| b.say(t))).collect()
    }
}

/// A set that was not put in force.
#[derive(Debug, thiserror::Error)]
pub enum NotApplied {
    /// The set is refused.
    #[error("the set of packs is refused")]
    Refused(Refusal),
    /// It could not be tried.
    #[error("{0}")]
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for NotApplied {
    fn from(error: E) -> Self {
        NotApplied::Failed(error.into())
    }
}

/// Who puts a set in force at the machine itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Operator {
    /// The user of the machine, by number.
    pub system_user: Option<u32>,
    /// Whether nobody typed a command: the set came with the start of a server.
    pub at_start: bool,
}

/// A checked set on its way into force.
pub(crate) struct Next {
    pub(crate) hash: String,
    /// The statements that keep its files and the versions that records will be pinned to.
    pub(crate) keep: Vec<Statement>,
}

tokio::task_local! {
    /// What the action may put in force: a set that was not checked here never is.
    pub(crate) static NEXT: Arc<Next>;
}

/// Puts a set in force.
pub async fn apply(
    house: &Arc<House>,
    sources: PackSources,
    operator: Operator,
) -> Result<Applied, NotApplied> {
    let _alone = house.packs.applying.lock().await;
    let before = standing(&house.db).await?.map(|s| s.hash).unwrap_or_default();
    let latest = house.packs.latest();
    let hash = sources.hash();
    let (sources, checked) = if latest.set.hash == hash {
        (sources, latest.clone())
    } else {
        let (sources, checked) = checked(house, sources).await?;
        let checked = checked
            .map_err(|problems| NotApplied::Refused(Refusal { problems, ..Refusal::default() }))?;
        (sources, checked)
    };
    if before == hash {
        take(house, checked).await?;
        return Ok(Applied { hash, before });
    }
    let open = pins::open(&house.capabilities, &house.db, &checked.set).await?;
    let set_before = Some(&*latest.set).filter(|set| set.hash == before);
    let breaks = pins::broken(&house.capabilities, &open, set_before, &checked.set);
    if !breaks.is_empty() {
        return Err(NotApplied::Refused(Refusal { breaks, ..Refusal::default() }));
    }
    let now = house.services.clock.now();
    let content = serde_json::to_string(&sources).map_err(Failure::internal)?;
    let mut keep = vec![Statement::any(
        crate::store::KEEP_PACK_SET,
        minshu_kernel::values![&hash, content, now],
    )];
    keep.extend(kept_with(house, &checked).await?);
    let action = ApplyPacks {
        before: before.clone(),
        after: hash.clone(),
        system_user: operator.system_user,
        at_start: operator.at_start,
    };
    let call = Call {
        who: Arc::new(Principal::console()),
        operation: <ApplyPacks as minshu_kernel::action::Action>::NAME.to_owned(),
        input: json!(action),
        key: None,
        cause: None,
        request: RequestId::fresh(&*house.services.ids),
        lang: Lang::Zh,
        peer: None,
    };
    NEXT.scope(Arc::new(Next { hash: hash.clone(), keep }), house.act(call)).await?;
    house.packs.exchange(checked);
    tracing::info!(hash, before, "packs are in force");
    Ok(Applied { hash, before })
}

/// Brings a house that was just built to the set that it starts with.
pub(crate) async fn start(
    house: &Arc<House>,
    on_disk: PackSources,
    adopt: bool,
) -> Result<(), NotApplied> {
    let kept = standing(&house.db).await?;
    let in_force = house.packs.current().hash.clone();
    let stands = kept.is_some_and(|kept| kept.hash == in_force);
    let on_disk_hash = on_disk.hash();
    if stands && on_disk_hash != in_force && !adopt {
        tracing::warn!(
            in_force,
            on_disk = on_disk_hash,
            "the packs on disk are others than those in force; `minshu packs apply` puts them in force"
        );
    }
    if stands && (on_disk_hash == in_force || !adopt) {
        return Ok(take(house, house.packs.latest()).await?);
    }
    let operator = Operator { at_start: true, ..Operator::default() };
    match apply(house, on_disk, operator).await {
        Err(NotApplied::Refused(refusal)) if stands => {
            for line in refusal.lines(&Speaker::new(house.services.texts.clone(), Lang::En)) {
                tracing::error!("the packs on disk are not loaded: {line}");
            }
            tracing::warn!(hash = in_force, "the last good set of packs is in force");
            house.packs.refused.store(Arc::new(refusal));
            Ok(take(house, house.packs.latest()).await?)
        }
        // Another process was first: its set is taken.
        Err(NotApplied::Failed(failure)) if failure.code == "platform.packs_moved" => {
            notice(house).await.map(|_| ())
        }
        applied => applied.map(|_| ()),
    }
}

/// Checks a set aside from the threads that answer requests.
async fn checked(
    house: &Arc<House>,
    sources: PackSources,
) -> Result<(PackSources, Result<Arc<Checked>, Vec<PackProblem>>), Failure> {
    let house = house.clone();
    let work = move || {
        let checked = check(&sources, &house.capabilities, &house.contract, &house.services.texts);
        (sources, checked.map(Arc::new))
    };
    tokio::task::spawn_blocking(work).await.map_err(Failure::internal)
}

/// The statements that go with a set: they keep what records will be pinned to, and flows begin.
async fn kept_with(house: &House, checked: &Checked) -> Result<Vec<Statement>, Failure> {
    let now = house.services.clock.now();
    let pins = house.capabilities.iter().filter_map(|capability| capability.pins());
    let mut statements: Vec<_> = pins.flat_map(|pins| pins.keep(&checked.set, now)).collect();
    statements.extend(flows::beginnings(&house.db, &checked.flows).await?);
    Ok(statements)
}

/// Takes a set that is in force already into this process. Another program may write a version otherwise, so that
/// its own versions are kept first.
async fn take(house: &House, checked: Arc<Checked>) -> Result<(), Failure> {
    let statements = kept_with(house, &checked).await?;
    if !statements.is_empty() {
        house.db.apply(WriteSet { statements }).await?;
    }
    if house.packs.latest().set.hash != checked.set.hash {
        house.packs.exchange(checked);
    }
    Ok(())
}

/// Looks whether another process put a newer set in force, and takes it. Answers whether there was one. A set that
/// this program cannot use leaves the last good one in force here.
pub async fn notice(house: &Arc<House>) -> Result<bool, NotApplied> {
    let _alone = house.packs.applying.lock().await;
    let Some(newer) = standing(&house.db).await? else { return Ok(false) };
    if newer.hash == house.packs.latest().set.hash {
        return Ok(false);
    }
    let sources = sources_in_force(&house.db).await?;
    let sources = sources.ok_or_else(|| Failure::internal("the set in force is not kept"))?;
    match checked(house, sources).await?.1 {
        Ok(checked) => take(house, checked).await?,
        Err(problems) => {
            return Err(NotApplied::Refused(Refusal { problems, ..Refusal::default() }));
        }
    }
    tracing::info!(hash = newer.hash, "packs that another process put in force are taken");
    Ok(true)
}

/// Follows what other processes put in force. A process that is alone has nothing to follow.
pub async fn follow(house: Arc<House>) {
    if house.single_process {
        return;
    }
    let mut unusable = String::new();
    loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        let hash = match standing(&house.db).await {
            Ok(standing) => standing.map(|s| s.hash).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "whether packs are newer is not known");
                continue;
            }
        };
        if hash == unusable {
            continue;
        }
        match notice(&house).await {
            Ok(_) => unusable.clear(),
            Err(NotApplied::Failed(error)) => tracing::warn!(%error, "newer packs wait"),
            Err(NotApplied::Refused(refusal)) => {
                let mistakes = refusal.problems.len();
                tracing::error!(hash, mistakes, "newer packs cannot be used by this program");
                house.packs.refused.store(Arc::new(refusal));
                unusable = hash;
            }
        }
    }
}
