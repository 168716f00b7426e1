//! What came of the thing done last: done, or refused with its place and reason. For actions of every capability.

use super::{Words, sentences};
use crate::client::Answer;
use crate::trouble::{Outcome, Trouble};
use crate::world::World;

sentences! {
    "应当成功" => done;
    "应当被拒绝" => refused;
    "应当被拒绝，因为没有权限" => forbidden;
    "应当被拒绝，理由提到“(.+?)”" => refused_saying;
    "应当被拒绝，指出“(.+?)”：(.+)" => refused_at;
    "应当被拒绝，并指出：" => refused_at_all;
    "应当提示“(.+?)”：(.+)" => noted_at;
    "两个人里应当只有一个成功，另一个被告知“(.+?)”" => one_of_two;
}

async fn done(world: &mut World, _: Words) -> Outcome {
    world.last()?.clone().expect("应当成功").map(drop)
}

fn refusal(world: &World) -> Result<&Answer, Trouble> {
    let last = world.last()?;
    // A defect of the server is no refusal.
    match last.status {
        400..500 => Ok(last),
        _ => Err(Trouble::story(format!("没有被拒绝：{}", last.tell()))),
    }
}

async fn refused(world: &mut World, _: Words) -> Outcome {
    refusal(world).map(drop)
}

async fn forbidden(world: &mut World, _: Words) -> Outcome {
    let last = refusal(world)?;
    // What one may not even see looks like what is not there.
    match last.status {
        403 | 404 => Ok(()),
        _ => Err(Trouble::story(format!("被拒绝，但不是因为没有权限：{}", last.tell()))),
    }
}

async fn refused_saying(world: &mut World, words: Words) -> Outcome {
    let told = refusal(world)?.tell();
    if told.contains(words.get(0)) {
        return Ok(());
    }
    Err(Trouble::story(format!("理由没有提到“{}”：{told}", words.get(0))))
}

/// The pointer of a material, a field of the form or a field of the action, by what people call it.
fn pointer(world: &World, name: &str) -> Result<String, Trouble> {
    let fixed = match name {
        "姓名" => Some("/name"),
        "身份证号码" => Some("/number"),
        "手机号码" => Some("/phone"),
        "密码" => Some("/password"),
        "看到的证件号码" => Some("/number_seen"),
        "代办的单位" => Some("/on_behalf"),
        "理由" => Some("/reasons"),
        "再次退回的原因" => Some("/again_reason"),
        _ => None,
    };
    let Some(item) = &world.item else {
        return fixed
            .map(str::to_owned)
            .ok_or_else(|| Trouble::story(format!("不知道“{name}”在哪里")));
    };
    if let Some(id) = item.materials.get(name) {
        return Ok(format!("/materials/{id}"));
    }
    match (item.form.place(name), fixed) {
        (Ok(place), _) => Ok(format!("/form{}", place.pointer)),
        (Err(_), Some(fixed)) => Ok(fixed.to_owned()),
        (Err(what), None) => Err(Trouble::Story(what)),
    }
}

fn named(world: &World, answer: &Answer, name: &str, text: &str) -> Outcome {
    let pointer = pointer(world, name)?;
    let problems = answer.problems();
    if problems.iter().any(|(at, said)| *at == pointer && said.contains(text)) {
        return Ok(());
    }
    Err(Trouble::story(format!("没有在“{name}”（{pointer}）指出“{text}”：{}", answer.tell())))
}

async fn refused_at(world: &mut World, words: Words) -> Outcome {
    named(world, refusal(world)?, words.get(0), words.get(1))
}

async fn refused_at_all(world: &mut World, words: Words) -> Outcome {
    words.pairs().try_for_each(|(name, text)| named(world, refusal(world)?, name, text))
}

/// A draft is saved whatever is wrong with it, and says what.
async fn noted_at(world: &mut World, words: Words) -> Outcome {
    let last = world.last()?;
    if !last.done() {
        return Err(Trouble::story(format!("应当保存下来：{}", last.tell())));
    }
    named(world, last, words.get(0), words.get(1))
}

async fn one_of_two(world: &mut World, words: Words) -> Outcome {
    let told: Vec<String> =
        world.together.iter().map(|(who, answer)| format!("{who}：{}", answer.tell())).collect();
    let won = world.together.iter().filter(|(_, answer)| answer.done()).count();
    let lost = world.together.iter().find(|(_, answer)| answer.status == 409);
    match (won, lost) {
        (1, Some((_, answer))) if answer.tell().contains(words.get(0)) => Ok(()),
        _ => Err(Trouble::story(told.join("\n"))),
    }
}
