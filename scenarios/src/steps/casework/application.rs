//! The applicant's side until the application is sent in.

use serde_json::{Value, json};

use crate::files::FileKind;
use crate::form::{Wanted, put};
use crate::packs::Item;
use crate::people::with_wrong_end;
use crate::steps::Words;
use crate::trouble::{Outcome, Trouble};
use crate::world::{Case, Draft, Sample, World, number, string};

/// On whose behalf one may apply for an item.
async fn choices(world: &mut World, who: &str, item: &str) -> Result<Vec<Value>, Trouble> {
    let token = world.token(who).await?;
    let path = format!("/items/{item}/applicants");
    let told = world.api()?.get(Some(&token), &path).await?.expect("代表谁办事")?;
    let list = told.get("on_behalf").and_then(Value::as_array);
    Ok(list.cloned().unwrap_or_default())
}

async fn choice(world: &mut World, who: &str, item: &str, company: &str) -> Result<Value, Trouble> {
    let choices = choices(world, who, item).await?;
    let found =
        choices.into_iter().find(|c| c.get("name").and_then(Value::as_str) == Some(company));
    found.ok_or_else(|| Trouble::story(format!("{who}不能代表{company}办事")))
}

async fn save_new(world: &mut World, who: &str, item: Item, on_behalf: Option<Value>) -> Outcome {
    let mut input = json!({ "item": item.id, "form": {} });
    if let Some(choice) = &on_behalf {
        input["on_behalf"] = choice.get("organisation").cloned().unwrap_or_default();
    }
    let answer = world.act(who, "casework.save_draft", input).await?;
    world.item = Some(item.clone());
    if answer.done() {
        let company =
            on_behalf.and_then(|c| c.get("name").and_then(Value::as_str).map(str::to_owned));
        let id = string(&answer.body, "draft")?;
        world.draft = Some(Draft { id, item, form: json!({}), company });
        // What the form opens with is filled in already, as on the page.
        let opened = saved(world, who).await?;
        world.draft()?.form = opened.get("form").cloned().unwrap_or_default();
        world.last = Some(answer);
    }
    Ok(())
}

pub(super) async fn begin(world: &mut World, words: Words) -> Outcome {
    let item = world.item_named(words.get(1))?;
    save_new(world, words.get(0), item, None).await
}

pub(super) async fn begin_for_company(world: &mut World, words: Words) -> Outcome {
    let item = world.item_named(words.get(2))?;
    let choice = choice(world, words.get(0), &item.id, words.get(1)).await?;
    save_new(world, words.get(0), item, Some(choice)).await
}

/// Whoever has no mandate is offered none, so the input is made up: the true organisation, known from elsewhere.
pub(super) async fn begin_without_mandate(world: &mut World, words: Words) -> Outcome {
    let (who, company) = (words.get(0), words.get(1));
    let item = world.item_named(words.get(2))?;
    if choice(world, who, &item.id, company).await.is_ok() {
        return Err(Trouble::story(format!("{who}有授权")));
    }
    let organisation = world.organisations.get(company).cloned();
    let organisation =
        organisation.ok_or_else(|| Trouble::story(format!("没有登记过{company}")))?;
    let made_up = json!({ "organisation": organisation, "name": company });
    save_new(world, who, item, Some(made_up)).await
}

/// What a text of a story stands for: numbers of its people and companies, written rightly or with a slip; the
/// applicant and the company of the application in hand.
fn meant(world: &mut World, who: &str, text: &str) -> Result<String, Trouble> {
    let company = world.draft()?.company.clone().unwrap_or_default();
    let text = text.replace("所代表单位的名称", &company).replace("申请人的姓名", who);
    let text = text.replace("所代表单位", &company).replace("申请人的", &format!("{who}的"));
    let (plain, slip) = match text.strip_suffix("（末位写错）") {
        Some(plain) => (plain, true),
        None => (text.as_str(), false),
    };
    let number = if let Some(name) = plain.strip_suffix("的统一社会信用代码") {
        world.company(name)?
    } else if let Some(name) = plain.strip_suffix("的身份证号码") {
        world.person(name)?.number
    } else if let Some(name) = plain.strip_suffix("的手机号码") {
        world.person(name)?.phone
    } else {
        return Ok(text);
    };
    Ok(if slip { with_wrong_end(&number) } else { number })
}

/// The place of a field and the value that a text means there.
async fn entry(
    world: &mut World,
    who: &str,
    field: &str,
    text: &str,
) -> Result<(String, Value), Trouble> {
    let place = world.draft()?.item.form.place(field).map_err(Trouble::Story)?;
    let text = meant(world, who, text)?;
    let value = match place.value(&text) {
        Wanted::Value(value) => value,
        Wanted::Division if text.is_empty() => json!(""),
        Wanted::Division => json!(world.place(&text).await?),
    };
    Ok((place.pointer, value))
}

async fn write<'w>(
    world: &mut World,
    who: &str,
    pairs: impl Iterator<Item = (&'w str, &'w str)>,
) -> Outcome {
    for (field, text) in pairs {
        let (pointer, value) = entry(world, who, field, text).await?;
        put(&mut world.draft()?.form, &pointer, value);
    }
    let draft = world.draft()?.clone();
    let input = json!({ "draft": draft.id, "form": draft.form });
    world.act(who, "casework.save_draft", input).await?.expect("保存草稿").map(drop)
}

pub(super) async fn fill_in(world: &mut World, words: Words) -> Outcome {
    write(world, words.get(0), words.pairs()).await
}

fn owned(words: &Words) -> Vec<(String, String)> {
    words.pairs().map(|(one, other)| (one.to_owned(), other.to_owned())).collect()
}

pub(super) async fn sample_fields(world: &mut World, words: Words) -> Outcome {
    world.samples.entry(words.get(0).to_owned()).or_default().fields = owned(&words);
    Ok(())
}

pub(super) async fn sample_materials(world: &mut World, words: Words) -> Outcome {
    world.samples.entry(words.get(0).to_owned()).or_default().materials = owned(&words);
    Ok(())
}

/// The sample of the item of the application in hand.
fn sample(world: &mut World) -> Result<Sample, Trouble> {
    let id = world.draft()?.item.id.clone();
    let name =
        world.pack()?.items.iter().find(|(_, item)| item.id == id).map(|(name, _)| name.clone());
    let sample = name.as_ref().and_then(|name| world.samples.get(name)).cloned();
    sample.ok_or_else(|| Trouble::story(format!("背景里没有写“{}”怎么填", name.unwrap_or(id))))
}

async fn write_sample(world: &mut World, who: &str, but: &[(String, String)]) -> Outcome {
    let fields = sample(world)?.fields;
    let pairs = fields.iter().chain(but).map(|(field, text)| (field.as_str(), text.as_str()));
    write(world, who, pairs).await
}

pub(super) async fn fill_in_sample(world: &mut World, words: Words) -> Outcome {
    write_sample(world, words.get(0), &[]).await
}

pub(super) async fn fill_in_sample_but(world: &mut World, words: Words) -> Outcome {
    write_sample(world, words.get(0), &owned(&words)).await
}

pub(super) async fn upload_sample(world: &mut World, words: Words) -> Outcome {
    for (name, what) in sample(world)?.materials {
        let file = File::parse(&what)?;
        hand_in(world, words.get(0), &name, &file).await?;
        world.last()?.clone().expect(&name)?;
    }
    Ok(())
}

pub(super) async fn apply(world: &mut World, words: Words) -> Outcome {
    let item = world.item_named(words.get(1))?;
    save_new(world, words.get(0), item, None).await?;
    send_sample(world, words).await
}

pub(super) async fn apply_for_company(world: &mut World, words: Words) -> Outcome {
    let item = world.item_named(words.get(2))?;
    let choice = choice(world, words.get(0), &item.id, words.get(1)).await?;
    save_new(world, words.get(0), item, Some(choice)).await?;
    send_sample(world, words).await
}

async fn send_sample(world: &mut World, words: Words) -> Outcome {
    world.last()?.clone().expect("开始申请")?;
    write_sample(world, words.get(0), &[]).await?;
    upload_sample(world, words.clone()).await?;
    submit(world, words).await?;
    world.last()?.clone().expect("提交申请").map(drop)
}

fn material(world: &mut World, name: &str) -> Result<String, Trouble> {
    let known = world.draft()?.item.materials.get(name).cloned();
    known.ok_or_else(|| Trouble::story(format!("事项没有材料“{name}”")))
}

/// A file as a story describes it: `200 KB的PDF`, with a name of its own where it pretends.
struct File {
    kind: FileKind,
    bytes: usize,
    name: Option<String>,
}

impl File {
    fn parse(text: &str) -> Result<File, Trouble> {
        let wrong = || Trouble::story(format!("“{text}”不是文件，应当像“200 KB的PDF”"));
        let (size, kind) = text.split_once('的').ok_or_else(wrong)?;
        let digits: String = size.chars().take_while(char::is_ascii_digit).collect();
        let unit = match size[digits.len()..].trim() {
            "KB" => 1 << 10,
            "MB" => 1 << 20,
            _ => return Err(wrong()),
        };
        let count =
            digits.parse::<usize>().ok().filter(|count| *count <= 4_096).ok_or_else(wrong)?;
        let kind = FileKind::parse(kind.trim_end_matches("文件")).ok_or_else(wrong)?;
        Ok(File { kind, bytes: count * unit, name: None })
    }
}

pub(super) async fn upload(world: &mut World, words: Words) -> Outcome {
    let mut file = File::parse(words.get(2))?;
    file.name = Some(words.get(3).to_owned()).filter(|name| !name.is_empty());
    hand_in(world, words.get(0), words.get(1), &file).await
}

async fn hand_in(world: &mut World, who: &str, name: &str, file: &File) -> Outcome {
    let material = material(world, name)?;
    let file_name = file.name.clone();
    let file_name = file_name.unwrap_or_else(|| format!("{name}.{}", file.kind.ending()));
    let token = world.token(who).await?;
    let content = file.kind.content(file.bytes);
    let staged = world.api()?.upload(Some(&token), &file_name, content).await?;
    if !staged.done() {
        world.last = Some(staged);
        return Ok(());
    }
    let object = string(&staged.body, "object")?;
    let draft = world.draft()?.id.clone();
    let input =
        json!({ "draft": draft, "material": material, "name": file_name, "object": object });
    world.act(who, "casework.attach", input).await.map(drop)
}

/// The address of an object that somebody else staged, or nobody: to know it gives no right to it.
pub(super) async fn attach_foreign(world: &mut World, words: Words) -> Outcome {
    let material = material(world, words.get(1))?;
    let draft = world.draft()?.id.clone();
    let object = format!("sha256-{}", "5a".repeat(32));
    let input = json!({ "draft": draft, "material": material, "name": "a.pdf", "object": object });
    world.act(words.get(0), "casework.attach", input).await.map(drop)
}

/// The input of sending the draft in.
fn submission(world: &mut World) -> Result<Value, Trouble> {
    Ok(json!({ "draft": world.draft()?.id }))
}

fn keep_case(world: &mut World, reply: &Value) -> Outcome {
    world.case = Some(Case {
        id: string(reply, "case")?,
        number: string(reply, "number")?,
        version: number(reply, "version")?,
    });
    Ok(())
}

pub(super) async fn submit(world: &mut World, words: Words) -> Outcome {
    let input = submission(world)?;
    let answer = world.act(words.get(0), "casework.submit", input).await?;
    if answer.done() { keep_case(world, &answer.body) } else { Ok(()) }
}

pub(super) async fn submit_twice(world: &mut World, words: Words) -> Outcome {
    let who = words.get(0);
    let input = submission(world)?;
    let token = world.token(who).await?;
    let key = format!("submit-{}", world.draft()?.id);
    let send =
        || async { world.api()?.act(Some(&token), "casework.submit", &input, Some(&key)).await };
    let first = send().await?.expect("第一次提交")?;
    let second = send().await?.expect("第二次提交")?;
    if first != second {
        return Err(Trouble::story(format!("两次的答复不同：{first} 与 {second}")));
    }
    keep_case(world, &first)
}

async fn saved(world: &mut World, who: &str) -> Result<Value, Trouble> {
    let id = world.draft()?.id.clone();
    world.ask(who, "casework.draft", &[("draft", &id)]).await?.expect("打开草稿")
}

pub(super) async fn draft_holds(world: &mut World, words: Words) -> Outcome {
    let saved = saved(world, words.get(0)).await?;
    for (field, text) in words.pairs() {
        let (pointer, wanted) = entry(world, words.get(0), field, text).await?;
        let found = saved.pointer(&format!("/form{pointer}"));
        if found != Some(&wanted) {
            return Err(Trouble::story(format!("“{field}”应当是 {wanted}，却是 {found:?}")));
        }
    }
    Ok(())
}

/// Where fields come from, as the draft tells it.
pub(super) async fn draft_tells_sources(world: &mut World, words: Words) -> Outcome {
    let saved = saved(world, words.get(0)).await?;
    for (field, source) in words.pairs() {
        let pointer = world.draft()?.item.form.place(field).map_err(Trouble::Story)?.pointer;
        let told = saved.get("prefilled").and_then(Value::as_array).into_iter().flatten();
        let mut told = told.filter(|p| p.get("field").and_then(Value::as_str) == Some(&pointer));
        let found = told.next().and_then(|p| p.pointer("/source/zh")).and_then(Value::as_str);
        if found.unwrap_or_default() != source {
            return Err(Trouble::story(format!("“{field}”的来源应当是“{source}”，却是{found:?}")));
        }
    }
    Ok(())
}

pub(super) async fn open_draft_page(world: &mut World, words: Words) -> Outcome {
    let path = format!("/drafts/{}", world.draft()?.id);
    super::facts::open(world, words.get(0), &path).await
}

pub(super) async fn draft_holds_files(world: &mut World, words: Words) -> Outcome {
    let saved = saved(world, words.get(0)).await?;
    let materials = saved.get("materials").and_then(Value::as_array).into_iter().flatten();
    let files = materials.filter_map(|m| m.get("files").and_then(Value::as_array));
    let count: usize = files.map(Vec::len).sum();
    if count.to_string() == words.get(1) {
        return Ok(());
    }
    Err(Trouble::story(format!("草稿里有 {count} 个文件")))
}
