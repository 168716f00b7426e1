//! Materials of a draft: what is to be handed in, uploading, taking out; and handing out a file to whoever may
//! see it.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::ctx::{Call, act};
use minshu_kernel::error::Failure;
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{Markup, Page, Reply, Upload, Visit};
use serde_json::Value as Json;

use super::drafts::{Part, steps};
use super::parts::{joined, large_icon};
use crate::actions::{Attach, Detach};
use crate::model::DraftId;
use crate::pack::FileKind;
use crate::queries::draft::DraftView;
use crate::queries::{DraftById, FileView, MaterialObject, MaterialView};

/// Kinds and bounds of a material in words: PDF、JPG，不超过 20 MB.
pub(super) fn bounds_words(
    t: &Speaker,
    kinds: impl Iterator<Item = String>,
    max_mib: u32,
    max_files: u32,
) -> String {
    let kinds = joined(t, kinds);
    let bounds = t.say2("casework-file-bounds", ("kinds", kinds), ("mib", i64::from(max_mib)));
    if max_files == 1 {
        return bounds;
    }
    let files = t.say1("casework-file-count", "count", i64::from(max_files));
    format!("{bounds}{}{files}", t.say("casework-comma"))
}

/// A short fact with its look.
#[derive(Template)]
#[template(path = "parts/tag.html")]
struct Tag {
    class: &'static str,
    icon_name: &'static str,
    word: String,
}

/// The largest picture that is its own preview, in bytes: pages stay light on a phone.
const PREVIEW_BYTES_MAX: i64 = 4 << 20;

/// A file as pages show it.
pub(super) struct FileLine {
    icon: Markup,
    /// Whether the file itself is its preview.
    picture: bool,
    href: String,
    inline: bool,
    name: String,
    note: String,
    remove: String,
}

/// Whose files are shown: those of a draft can still be taken out.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    Draft(DraftId),
    Case(&'a str),
}

/// A file as pages show it.
pub(super) fn file_line(t: &Speaker, file: &FileView, of: Of<'_>) -> FileLine {
    let size = show::file_size(t, u64::try_from(file.bytes).unwrap_or(0));
    let when = show::instant(t, file.uploaded_ms);
    let base = match of {
        Of::Draft(draft) => format!("/drafts/{draft}/files/{}", file.file),
        Of::Case(case) => format!("/cases/{case}/materials/{}", file.file),
    };
    let removable = matches!(of, Of::Draft(_)) && file.removable;
    let picture = file.kind.starts_with("image/");
    let inline = FileKind::of_media_type(&file.kind).is_some_and(FileKind::shows_in_browser);
    FileLine {
        icon: large_icon(if picture { "file-image" } else { "file-text" }),
        picture: picture && inline && file.bytes <= PREVIEW_BYTES_MAX,
        inline,
        name: file.name.clone(),
        note: t.say2("casework-file-note", ("size", size), ("when", when)),
        remove: if removable { format!("{base}/remove") } else { String::new() },
        href: base,
    }
}

#[derive(Template)]
#[template(path = "parts/material.html")]
struct Material<'a> {
    t: &'a Speaker,
    id: &'a str,
    name: &'a str,
    class: &'static str,
    tag: Markup,
    again: Option<&'a str>,
    files: Vec<FileLine>,
    upload: bool,
    choose: String,
    target: String,
    hint: String,
    accept: String,
    max_bytes: u64,
    csrf: &'a str,
    problem: Option<&'a str>,
}

fn material(
    visit: &Visit,
    t: &Speaker,
    draft: DraftId,
    view: &MaterialView,
    problem: Option<&str>,
) -> Result<Markup, Failure> {
    let (class, icon_name, key) = match (view.is_asked_again(), view.is_given(), view.required) {
        (true, _, _) => ("is-warn", "undo-2", "casework-material-again"),
        (_, true, _) => ("is-good", "check", "casework-material-given"),
        (_, false, true) => ("", "", "casework-material-required"),
        (_, false, false) => ("", "", "casework-material-optional"),
    };
    let again = view.again.as_deref().filter(|_| view.is_asked_again());
    let hint = bounds_words(t, view.kinds.iter().cloned(), view.max_mib, view.max_files);
    let help = view.help.as_ref().map(|text| t.local(text).to_owned());
    Markup::of(&Material {
        t,
        id: &view.id,
        name: t.local(&view.name),
        class: match (problem.is_some(), view.is_asked_again()) {
            (true, _) => " has-error",
            (false, true) => " is-asked",
            (false, false) => "",
        },
        tag: Markup::of(&Tag { class, icon_name, word: t.say(key) })?,
        again,
        files: view.files.iter().map(|file| file_line(t, file, Of::Draft(draft))).collect(),
        upload: view.has_room(),
        choose: t.say(match (view.is_asked_again(), view.is_given()) {
            (true, _) => "casework-choose-again",
            (false, true) => "casework-choose-more",
            (false, false) => "casework-choose-file",
        }),
        target: format!("/drafts/{draft}/materials/{}", view.id),
        hint: match help {
            Some(help) => t.say2("casework-sentences", ("first", help), ("second", hint)),
            None => hint,
        },
        accept: view.accept.join(","),
        max_bytes: u64::from(view.max_mib) << 20,
        csrf: &visit.csrf,
        problem,
    })
}

#[derive(Template)]
#[template(path = "materials.html")]
struct MaterialsPage {
    t: Speaker,
    draft: DraftId,
    name: String,
    steps: Markup,
    materials: Vec<Markup>,
}

/// A file that was refused: the material and what is wrong.
struct Refused {
    material: String,
    text: String,
}

async fn page(visit: &Visit, view: &DraftView, refused: Option<&Refused>) -> Result<Page, Failure> {
    let t = visit.speaker();
    let item = super::pinned(visit, &view.item, &view.item_version).await?;
    let problem_of = |id: &str| {
        refused.filter(|refused| refused.material == id).map(|refused| refused.text.as_str())
    };
    let materials = view
        .materials
        .iter()
        .map(|m| material(visit, &t, view.draft, m, problem_of(&m.id)))
        .collect::<Result<Vec<_>, _>>()?;
    let title = t.say("casework-materials");
    let template = MaterialsPage {
        draft: view.draft,
        name: t.local(&view.item_name).to_owned(),
        steps: steps(visit, &t, view, &item, Part::Materials)?,
        materials,
        t,
    };
    Page::new("casework.materials", title, &template)
}

/// `GET /drafts/{draft}/materials`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let view = visit.ask(&DraftById { draft: visit.param("draft")? }).await?;
    Ok(page(&visit, &view, None).await?.into())
}

/// `POST /drafts/{draft}/materials/{material}`: a file, or several. The island gets the material back as a fragment.
pub(super) async fn upload(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let draft: DraftId = visit.param("draft")?;
    let id: String = visit.param("material")?;
    let mut refused = None;
    if visit.uploads.is_empty() {
        let text = visit.speaker().say("casework-problem-no-file");
        refused = Some(Refused { material: id.clone(), text });
    }
    for upload in &visit.uploads {
        if let Err(text) = attach(&visit, draft, &id, upload).await? {
            refused = Some(Refused { material: id.clone(), text });
            break;
        }
    }
    if refused.is_none() && !visit.fragment {
        let to = format!("/drafts/{draft}/materials#material-{id}");
        return Ok(Reply::done(to, "casework-notice-attached"));
    }
    let view = visit.ask(&DraftById { draft }).await?;
    if visit.fragment
        && let Some(found) = view.materials.iter().find(|m| m.id == id)
    {
        let t = visit.speaker();
        let problem = refused.as_ref().map(|refused| refused.text.as_str());
        return Ok(Reply::Fragment(material(&visit, &t, draft, found, problem)?));
    }
    Ok(page(&visit, &view, refused.as_ref()).await?.status(422).into())
}

/// Attaches a file; what is wrong with it is a text for the person, all else a failure.
async fn attach(
    visit: &Visit,
    draft: DraftId,
    material: &str,
    upload: &Upload,
) -> Result<Result<(), String>, Failure> {
    let t = visit.speaker();
    let stored = match &upload.stored {
        Ok(stored) => stored,
        Err(error) => {
            let key = match error {
                minshu_kernel::objects::ObjectsError::TooLarge { .. } => {
                    "casework-problem-upload-large"
                }
                minshu_kernel::objects::ObjectsError::WrongKind { .. } => {
                    "casework-problem-upload-kind"
                }
                minshu_kernel::objects::ObjectsError::Empty => "casework-problem-upload-empty",
                minshu_kernel::objects::ObjectsError::Infected { signature } => {
                    let message = Message::new("casework-problem-upload-infected")
                        .with("file", upload.name.as_str())
                        .with("signature", signature.as_str());
                    return Ok(Err(t.message(&message)));
                }
                minshu_kernel::objects::ObjectsError::Unchecked(_) => {
                    "casework-problem-upload-unchecked"
                }
                _ => "casework-problem-upload-cut-off",
            };
            let message = Message::new(key).with("file", upload.name.as_str());
            return Ok(Err(t.message(&message)));
        }
    };
    let action = Attach {
        draft,
        material: material.to_owned(),
        name: upload.name.clone(),
        object: stored.address.as_str().to_owned(),
    };
    // One form may carry several files: each is an action of its own, with no key of the form.
    let call = Call {
        who: visit.who.clone(),
        operation: String::new(),
        input: Json::Null,
        key: None,
        cause: None,
        request: visit.request,
        lang: visit.lang,
        peer: visit.peer,
    };
    match act(&*visit.door, call, &action).await {
        Ok(_) => Ok(Ok(())),
        Err(failure) if failure.code == "casework.material" => {
            let field = failure.fields.first();
            let message = field.map_or(&failure.message, |field| &field.message);
            Ok(Err(t.message(message)))
        }
        Err(failure) => Err(failure),
    }
}

/// `POST /drafts/{draft}/files/{file}/remove`
pub(super) async fn remove(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let draft: DraftId = visit.param("draft")?;
    visit.act(&Detach { draft, file: visit.param("file")? }).await?;
    Ok(Reply::done(format!("/drafts/{draft}/materials"), "casework-notice-removed"))
}

/// `GET /drafts/{draft}/files/{file}` and `GET /cases/{case}/materials/{file}`: the file itself, shown in the
/// browser where it can run nothing there.
pub(super) async fn download(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let found = visit.ask(&MaterialObject { file: visit.param("file")? }).await?;
    let address = ObjectAddress::parse(&found.object).ok_or_else(Failure::missing)?;
    let body = visit.services.objects.get(&address).await?;
    Ok(Reply::File { name: found.name, kind: found.kind, inline: found.inline, body })
}

/// What a material's files are in a list that is only read.
struct ReadMaterial {
    id: String,
    name: String,
    class: &'static str,
    tag: Markup,
    again: Option<String>,
    files: Vec<FileLine>,
}

/// Materials to be read: in the review, on the case's page, at the officer's desk.
fn read_materials(
    t: &Speaker,
    materials: &[MaterialView],
    of: Of<'_>,
) -> Result<Vec<ReadMaterial>, Failure> {
    materials
        .iter()
        .map(|view| {
            let asked = view.is_asked_again();
            let (class, icon_name, key) = match (asked, view.files.is_empty(), view.required) {
                (true, _, _) => ("is-warn", "undo-2", "casework-material-again"),
                (_, false, _) => ("is-good", "check", "casework-material-given"),
                (_, true, true) => ("is-bad", "minus", "casework-material-missing"),
                (_, true, false) => ("", "", "casework-material-not-given"),
            };
            Ok(ReadMaterial {
                id: view.id.clone(),
                name: t.local(&view.name).to_owned(),
                class: if asked { " is-asked" } else { "" },
                tag: Markup::of(&Tag { class, icon_name, word: t.say(key) })?,
                again: view.again.clone().filter(|_| asked),
                files: view.files.iter().map(|file| file_line(t, file, of)).collect(),
            })
        })
        .collect()
}

#[derive(Template)]
#[template(path = "parts/read_materials.html")]
struct ReadMaterials<'a> {
    t: &'a Speaker,
    materials: Vec<ReadMaterial>,
}

/// The same as a list.
pub(super) fn read_list(
    t: &Speaker,
    materials: &[MaterialView],
    of: Of<'_>,
) -> Result<Markup, Failure> {
    Markup::of(&ReadMaterials { t, materials: read_materials(t, materials, of)? })
}
