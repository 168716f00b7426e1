//! An uploaded file becomes a material of a draft. Its kind and size are what the objects seam found while it
//! streamed, and only what this very account uploaded can be attached.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::objects::{ObjectAddress, Stored};
use minshu_kernel::text::Message;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::CaseworkError;
use crate::filling;
use crate::model::{DraftId, MaterialFile, MaterialId, MaterialState};
use crate::pack::{FileKind, Material};
use crate::store::{drafts, materials};

/// The longest file name that is kept, in characters.
const NAME_CHARACTERS_MAX: usize = 200;

/// Attaches an uploaded file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// The draft.
    pub draft: DraftId,
    /// The material's id within the item.
    #[schemars(length(min = 1, max = 64), example = &"picture")]
    pub material: String,
    /// The file's name.
    #[schemars(length(max = 300), example = &"效果图.png")]
    pub name: String,
    /// The object's address, as the upload answered it.
    #[schemars(
        length(max = 71),
        example = &"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    pub object: String,
}

/// The file that was attached.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Attached {
    /// The file.
    pub file: MaterialId,
}

impl Action for Attach {
    const NAME: &'static str = "casework.attach";
    const DOC: &'static str =
        "Attaches an uploaded file to a draft as one of the item's materials.";
    type Reply = Attached;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Attached>, Failure> {
        let (draft, item) = filling::load(ctx, self.draft).await?;
        let pointer = format!("/materials/{}", self.material);
        let wrong = move |message: Message| {
            CaseworkError::Material(Box::new(FieldProblem::new(pointer.clone(), message)))
        };
        let material = item.material(&self.material).ok_or_else(|| {
            wrong(Message::new("casework-problem-no-material").with("id", self.material.as_str()))
        })?;
        let stored = match ObjectAddress::parse(&self.object) {
            Some(address) => ctx.services.uploads.find(&ctx.who, &address).await?,
            None => None,
        };
        let stored = stored.ok_or_else(|| wrong(Message::new("casework-problem-upload-gone")))?;
        check_file(material, &stored).map_err(&wrong)?;
        let mut files = materials::of_draft(ctx, draft.id).await?;
        if let Some(case) = draft.case {
            files.extend(materials::of_case(ctx, case).await?);
        }
        check_count(material, &files).map_err(&wrong)?;
        let file = MaterialId::fresh(&*ctx.services.ids);
        let name = file_name(&self.name);
        let insert = materials::insert(ctx, file, &draft, &material.id, &name, &stored).await?;
        let mut decision = Decision::reply(Attached { file }).write(insert);
        // The file is the applicant's from now on, whoever sent it.
        let given = ctx.services.uploads.give(&stored.address, draft.owner.subject()).await?;
        decision.writes.extend(given);
        Ok(decision.write(drafts::touch(ctx, &draft)))
    }
}

/// Whether a file fits its material.
fn check_file(material: &Material, stored: &Stored) -> Result<(), Message> {
    let found = FileKind::of_media_type(&stored.kind);
    if !found.is_some_and(|kind| material.kinds.contains(&kind)) {
        let wanted: Vec<&str> = material.kinds.iter().map(|kind| kind.word()).collect();
        let found = found.map_or(stored.kind.as_str(), |kind| kind.word());
        return Err(Message::new("casework-problem-file-kind")
            .with("name", &material.name)
            .with("wanted", wanted.join(" / "))
            .with("found", found));
    }
    if stored.bytes > u64::from(material.max_mib) << 20 {
        return Err(Message::new("casework-problem-file-large")
            .with("name", &material.name)
            .with("mib", i64::from(material.max_mib)));
    }
    Ok(())
}

/// Whether one more file may come. Files to be replaced do not count.
fn check_count(material: &Material, files: &[MaterialFile]) -> Result<(), Message> {
    let given = files
        .iter()
        .filter(|file| file.material == material.id && file.state == MaterialState::Given)
        .count();
    if given >= material.max_files as usize {
        return Err(Message::new("casework-problem-file-count")
            .with("name", &material.name)
            .with("most", i64::from(material.max_files)));
    }
    Ok(())
}

/// A name without folders, control characters and marks that turn the writing direction.
fn file_name(text: &str) -> String {
    let base = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = base
        .chars()
        .filter(|c| {
            !c.is_control() && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .take(NAME_CHARACTERS_MAX)
        .collect();
    let plain = plain.trim();
    if plain.is_empty() { "file".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{file_of, material};
    use proptest::prelude::*;

    fn stored(kind: &str, bytes: u64) -> Stored {
        let address = ObjectAddress::of_digest(&[7; 32]);
        Stored { address, bytes, kind: kind.to_owned(), fingerprint: "f".to_owned() }
    }

    #[test]
    fn kind_and_size_are_those_of_the_content() {
        let plan = material("plan", &[FileKind::Pdf, FileKind::Png], 2);
        assert_eq!(check_file(&plan, &stored("application/pdf", 2 << 20)), Ok(()));
        let large = check_file(&plan, &stored("application/pdf", (2 << 20) + 1)).unwrap_err();
        assert_eq!(large.key, "casework-problem-file-large");
        for kind in ["image/gif", "application/x-dosexec", "text/html", "image/jpeg"] {
            let wrong = check_file(&plan, &stored(kind, 10)).unwrap_err();
            assert_eq!(wrong.key, "casework-problem-file-kind");
        }
    }

    #[test]
    fn a_returned_file_makes_room_for_its_successor() {
        let plan = material("plan", &[FileKind::Pdf], 2);
        let mut files = vec![file_of("plan", MaterialState::Given)];
        assert!(check_count(&plan, &files).is_err());
        files[0].state = MaterialState::Returned;
        assert_eq!(check_count(&plan, &files), Ok(()));
    }

    proptest! {
        #[test]
        fn names_lose_folders_and_tricks(text in ".{0,400}") {
            let name = file_name(&text);
            prop_assert!(!name.is_empty() && name.chars().count() <= NAME_CHARACTERS_MAX);
            let has_tricks = name.contains(['/', '\\', '\u{202e}', '\n']);
            prop_assert!(!has_tricks);
        }
    }

    #[test]
    fn a_name_stays_what_people_called_it() {
        assert_eq!(file_name("C:\\我的文档\\平面图（新）.pdf"), "平面图（新）.pdf");
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("图\u{202e}fdp.exe"), "图fdp.exe");
        assert_eq!(file_name("/"), "file");
    }
}
