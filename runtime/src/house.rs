//! The house: everything that the capabilities offer, the services they use, and the one door.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use minshu_kernel::access::Authenticator;
use minshu_kernel::action::{ActionEntry, QueryEntry};
use minshu_kernel::capability::{Capability, Contract};
use minshu_kernel::carrier::Carriers;
use minshu_kernel::clock::Clock;
use minshu_kernel::courier::NoCourier;
use minshu_kernel::ctx::{Entropy, PasswordCost, Services};
use minshu_kernel::division::Divisions;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::IdSource;
use minshu_kernel::outgoing::Outgoing;
use minshu_kernel::outside::Outside;
use minshu_kernel::text::{BadText, Lang, Speaker, Texts};
use minshu_storage::objects::ObjectStorage;
use minshu_storage::records::Db;
use minshu_storage::records::migrate::Migrations;
use tokio::sync::Notify;

use crate::access::AccessRules;
use crate::audit::sealer;
use crate::calendar::CalendarHolder;
use crate::file_keys::{FileKeys, KeyedObjects};
use crate::flows::Tail;
use crate::housekeeping;
use crate::keys::Keys;
use crate::leases::{self, Leases, Roles};
use crate::numbers::LeasedNumbers;
use crate::observe::Metrics;
use crate::packs::apply::{self, NotApplied};
use crate::packs::{PackHolder, PackSources};
use crate::person_keys::{KeyedRecords, PersonKeys};
use crate::platform::Platform;
use crate::questions::QuestionDesk;
use crate::register::Register;
use crate::scan::Clamd;
use crate::trace::Traces;
use crate::uploads::Uploads;

/// What the house is built from; the server and the tests fill it.
pub struct Foundation {
    /// The capabilities, in the order of the server's list.
    pub capabilities: Vec<Arc<dyn Capability>>,
    /// The records engine, migrated.
    pub db: Db,
    /// The objects engine.
    pub objects: Arc<ObjectStorage>,
    /// What looks at files before anybody can use them, where there is one.
    pub scanner: Option<Arc<Clamd>>,
    /// Outgoing HTTP.
    pub outgoing: Arc<dyn Outgoing>,
    /// The channels of texts to telephones and mailboxes.
    pub carriers: Arc<dyn Carriers>,
    /// Sign-in by providers outside the house.
    pub outside: Arc<dyn Outside>,
    /// The keys.
    pub keys: Arc<Keys>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdSource>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What the hash of a password costs.
    pub password_cost: PasswordCost,
    /// The division tree.
    pub divisions: Arc<Divisions>,
    /// The packs' files on disk.
    pub packs: PackSources,
    /// Whether the packs on disk are put in force at the start, as by `minshu packs apply`. Otherwise those in force
    /// stay so, and the ones on disk are used only where there are none.
    pub adopt_packs: bool,
    /// The register of systems.
    pub register: Arc<Register>,
    /// Where results of scenarios lie, if they are shipped.
    pub scenario_results: Option<PathBuf>,
    /// No other process uses this database.
    pub single_process: bool,
    /// Whether the shell shows the demonstration banner.
    pub demonstration: Option<crate::http::Demonstration>,
    /// Which build this is: results of scenarios hold for it alone.
    pub build: String,
    /// How the house stands towards the network.
    pub edge: crate::http::edge::Edge,
}

/// Why the house does not stand.
#[derive(Debug, thiserror::Error)]
pub enum HouseError {
    /// Texts are wrong.
    #[error("{} mistakes in the texts, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Texts(Vec<BadText>),
    /// Packs are wrong and no earlier set is there.
    #[error("{} mistakes in the packs:\n{}", .0.len(), .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Packs(Vec<minshu_kernel::pack::PackProblem>),
    /// Two capabilities offer a thing of the same name.
    #[error("{kind} {name} is offered twice")]
    Twice {
        /// Action, query, …
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// Packs that open records could not be finished under, and no earlier set can be used.
    #[error("the packs on disk leave out what open records need:\n{}", .0.join("\n"))]
    PacksBreak(Vec<String>),
    /// The database refused.
    #[error("{0}")]
    Failed(Failure),
}

impl From<Failure> for HouseError {
    fn from(failure: Failure) -> Self {
        HouseError::Failed(failure)
    }
}

/// The running house.
pub struct House {
    /// The services that operations use.
    pub services: Services,
    /// The keys.
    pub keys: Arc<Keys>,
    /// The data keys of persons and accounts.
    pub person_keys: Arc<PersonKeys>,
    /// The keys of files.
    pub file_keys: Arc<FileKeys>,
    /// The records engine.
    pub db: Db,
    /// The objects engine.
    pub objects: Arc<ObjectStorage>,
    /// Everything that the capabilities offer.
    pub contract: Contract,
    /// Capabilities by name.
    pub capabilities: Vec<Arc<dyn Capability>>,
    /// Actions by name.
    pub actions: HashMap<&'static str, ActionEntry>,
    /// Queries by name.
    pub queries: Arc<BTreeMap<&'static str, QueryEntry>>,
    /// Access decisions.
    pub access: Arc<AccessRules>,
    /// The packs in force.
    pub packs: Arc<PackHolder>,
    /// The working-day calendar in force.
    pub calendar: Arc<CalendarHolder>,
    /// Proves who sends requests.
    pub authenticator: Option<Arc<dyn Authenticator>>,
    /// The register of systems.
    pub register: Arc<Register>,
    /// Uploads that belong to nothing yet.
    pub uploads: Arc<Uploads>,
    /// Where results of scenarios lie.
    pub scenario_results: Option<PathBuf>,
    /// Which build this is: results of scenarios hold for it alone.
    pub build: String,
    /// How the house stands towards the network.
    pub edge: crate::http::edge::Edge,
    /// How the systems stand, for a moment.
    pub standings: crate::standings::StandingsCache,
    /// No other process uses this database.
    pub single_process: bool,
    /// What this process counts of itself.
    pub metrics: Metrics,
    /// The demonstration banner.
    pub demonstration: Option<crate::http::Demonstration>,
    /// Under which name this process holds leases.
    pub holder: String,
    /// What looks at files, where there is one.
    pub scanner: Option<Arc<Clamd>>,
    /// What of the work beside requests is this process's.
    pub leases: Leases,
    /// The traces of late commits.
    pub traces: Traces,
    /// The sealed events of late, for flows.
    pub tail: Tail,
    /// Whether this process was told to stop: it is not ready for anything new.
    pub(crate) stopping: AtomicBool,
    /// Wakes the sealer when something was committed.
    pub wake: Arc<Notify>,
    /// How far sealing is behind.
    pub window: sealer::Window,
    /// Told when a round of sealing is done.
    pub sealed: Arc<Notify>,
    /// Principals by session, for a moment.
    pub sessions: crate::http::session::SessionCache,
}

/// Everything that the capabilities and the platform itself offer, in one contract.
pub fn describe(capabilities: &[Arc<dyn Capability>]) -> Contract {
    let mut contract = Contract::default();
    Platform.describe(&mut contract);
    for capability in capabilities {
        capability.describe(&mut contract);
    }
    let of_use = contract.object_uses.iter().map(|sql| ("OBJECT_USE", (*sql).to_owned()));
    let swept = contract
        .sweeps
        .iter()
        .flat_map(|sweep| [("SWEEP_SELECT", sweep.select()), ("SWEEP_DELETE", sweep.delete())]);
    let own: Vec<_> = of_use.chain(swept).chain(crate::audit::batch::texts()).collect();
    contract.statements.extend(own);
    contract
}

/// The migrations of the platform and of every capability, each with its own history.
pub fn migrations(capabilities: &[Arc<dyn Capability>]) -> Vec<Migrations> {
    let mut sets = vec![Migrations { owner: "platform", files: crate::platform::MIGRATIONS }];
    for capability in capabilities {
        let mut contract = Contract::default();
        capability.describe(&mut contract);
        if !contract.migrations.is_empty() {
            // The texts are part of the program; the list of them is made once for its whole life.
            let files: &'static [_] = contract.migrations.leak();
            sets.push(Migrations { owner: capability.name(), files });
        }
    }
    sets
}

impl House {
    /// Builds the house: texts, packs, access, the chain's heads. Starts no task.
    pub async fn build(foundation: Foundation) -> Result<Arc<House>, HouseError> {
        let contract = describe(&foundation.capabilities);
        let mut actions = HashMap::new();
        for entry in &contract.actions {
            if actions.insert(entry.name, entry.clone()).is_some() {
                return Err(HouseError::Twice { kind: "action", name: entry.name.to_owned() });
            }
        }
        let mut queries = BTreeMap::new();
        for entry in &contract.queries {
            if queries.insert(entry.name, entry.clone()).is_some() {
                return Err(HouseError::Twice { kind: "query", name: entry.name.to_owned() });
            }
        }
        let queries = Arc::new(queries);
        let mut sources = contract.texts.clone();
        sources.push(minshu_kernel::TEXTS);
        let texts = Texts::load(&sources).map_err(HouseError::Texts)?;
        let packs = PackHolder::open(
            &foundation.db,
            &foundation.capabilities,
            &contract,
            &foundation.packs,
            &texts,
        )
        .await?;
        let packs = Arc::new(packs);
        let access = Arc::new(AccessRules::new(
            contract.permission_sets.clone(),
            contract.platform_roles.clone(),
            packs.clone(),
        ));
        let engine = Arc::new(foundation.db.clone());
        let personal =
            PersonKeys::new(foundation.keys.clone(), engine.clone(), foundation.clock.clone());
        let personal = Arc::new(personal);
        personal.prepare().await?;
        let records = Arc::new(KeyedRecords { engine, keys: personal.clone() });
        let calendar = Arc::new(CalendarHolder::open(&*records).await?);
        let file_keys = Arc::new(FileKeys::new(records.clone(), personal.clone()));
        let uploads = Arc::new(Uploads::new(
            records.clone(),
            foundation.objects.clone(),
            file_keys.clone(),
            foundation.scanner.clone(),
            foundation.clock.clone(),
            foundation.ids.clone(),
        ));
        let services = Services {
            clock: foundation.clock,
            ids: foundation.ids,
            entropy: foundation.entropy,
            password_cost: foundation.password_cost,
            records: records.clone(),
            objects: Arc::new(KeyedObjects {
                engine: foundation.objects.clone(),
                keys: file_keys.clone(),
            }),
            uploads: uploads.clone(),
            outgoing: foundation.outgoing,
            courier: foundation
                .capabilities
                .iter()
                .find_map(|c| c.courier())
                .unwrap_or_else(|| Arc::new(NoCourier)),
            carriers: foundation.carriers,
            emergencies: contract.emergencies.clone().into(),
            outside: foundation.outside,
            events: contract.events.clone().into(),
            holdings: contract.holdings.clone().into(),
            record_types: contract.record_types.clone().into(),
            personal: personal.clone(),
            access: access.clone(),
            questions: Arc::new(QuestionDesk { queries: queries.clone() }),
            numbers: Arc::new(LeasedNumbers::new(records)),
            packs: packs.clone(),
            calendar: calendar.clone(),
            divisions: foundation.divisions,
            texts,
        };
        let holder = services.ids.next().to_string();
        let authenticator = foundation.capabilities.iter().find_map(|c| c.authenticator(&services));
        let metrics = Metrics::new(services.clock.now());
        let leases = Leases::new(holder.clone(), foundation.single_process, &contract);
        let house = Arc::new(House {
            services,
            keys: foundation.keys,
            person_keys: personal,
            file_keys,
            db: foundation.db,
            objects: foundation.objects,
            contract,
            capabilities: foundation.capabilities,
            actions,
            queries,
            access,
            packs,
            calendar,
            authenticator,
            register: foundation.register,
            uploads,
            scenario_results: foundation.scenario_results,
            build: foundation.build,
            edge: foundation.edge,
            standings: crate::standings::StandingsCache::default(),
            single_process: foundation.single_process,
            metrics,
            demonstration: foundation.demonstration,
            holder,
            scanner: foundation.scanner,
            leases,
            traces: Traces::default(),
            tail: Tail::default(),
            stopping: AtomicBool::new(false),
            wake: Arc::new(Notify::new()),
            window: sealer::Window::default(),
            sealed: Arc::new(Notify::new()),
            sessions: crate::http::session::SessionCache::default(),
        });
        sealer::prepare(&house).await?;
        housekeeping::prepare(&house).await?;
        crate::disposal::prepare(&house).await?;
        let started = apply::start(&house, foundation.packs, foundation.adopt_packs).await;
        started.map_err(|error| match error {
            NotApplied::Failed(failure) => HouseError::Failed(failure),
            NotApplied::Refused(refusal) if refusal.problems.is_empty() => {
                let t = Speaker::new(house.services.texts.clone(), Lang::En);
                HouseError::PacksBreak(refusal.lines(&t))
            }
            NotApplied::Refused(refusal) => HouseError::Packs(refusal.problems),
        })?;
        Ok(house)
    }

    /// From now on readiness says that this process stops: balancers send nothing new.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
    pub fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Starts what this process does beside requests: all processes look for packs of others; a worker seals, runs jobs,
    /// flows, subscriptions and channels, as far as it holds their leases. `machine` is where it runs, for operators.
    pub fn start(
        self: &Arc<Self>,
        roles: Roles,
        machine: String,
    ) -> Vec<tokio::task::JoinHandle<()>> {
        let mut tasks = vec![
            tokio::spawn(apply::follow(self.clone())),
            tokio::spawn(crate::person_keys::follow(self.clone())),
            tokio::spawn(leases::run(self.clone(), roles, machine)),
        ];
        if roles.worker {
            tasks.extend([
                tokio::spawn(sealer::run(self.clone(), self.wake.clone())),
                tokio::spawn(crate::jobs::run(self.clone())),
                tokio::spawn(crate::flows::run(self.clone())),
                tokio::spawn(crate::subscriptions::run(self.clone())),
            ]);
            tasks.extend(crate::workers::run(self));
        }
        tasks
    }
}
