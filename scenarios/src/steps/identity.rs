//! Accounts, proofs, mandates, posts.

use serde_json::{Value, json};

use super::{Words, sentences};
use crate::client::Browser;
use crate::people::{Person, with_wrong_end};
use crate::trouble::{Outcome, Trouble};
use crate::world::{World, string};

sentences! {
    r"{人}在网页上注册账户" => register_on_page;
    r"{人}用写错末位的身份证号码在网页上注册账户" => register_wrongly_on_page;
    r"{人}用写错末位的身份证号码注册账户" => register_wrongly;
    r"{人}已经注册，身份已经核验" => install_proved;
    r"{人}已经注册，身份还没有核验" => register;
    r"{人}在(\S+?)担任(\S+?)的(\S+?)" => install_officer;
    r"{人}是平台运维员" => install_operator;
    r"{人}在窗口核验{人}的身份" => prove;
    r"{人}在窗口核验{人}的身份，但把证件号码看错了一位" => prove_wrongly;
    r"{人}登记{人}可以代表(\S+?)办事" => record_mandate;
    r"{人}登录" => sign_in;
    r"{人}用错误的密码登录" => sign_in_wrongly;
    r"{人}在网页上登录，用完退出" => sign_in_and_out;
    r"陌生人用错误的密码试{人}的账户 (\d+) 次" => guess_at;
    r"{人}在没用过的浏览器里应当要等一会儿才能登录" => waits_elsewhere;
    r"{人}在原来的浏览器里应当马上能登录" => signs_in_where_known;
    r"{人}退出登录，换一台电脑重新登录" => sign_in_elsewhere;
    r"{人}删除自己的资料" => erase;
    r"{人}应当不能再登录" => cannot_sign_in;
    r"{人}的身份应当(已经|还没有)核验" => is_proved;
    r"{人}应当可以代表(\S+?)办事" => holds_mandate;
}

/// What somebody claims to be.
fn claim(person: &Person, number: &str) -> Value {
    json!({
        "name": person.name, "number": number, "phone": person.phone, "password": person.password,
    })
}

async fn register(world: &mut World, words: Words) -> Outcome {
    let person = world.person(words.get(0))?;
    let input = claim(&person, &person.number);
    let answer = world.api()?.act(None, "identity.register", &input, None).await?;
    answer.expect("注册").map(drop)
}

async fn register_wrongly(world: &mut World, words: Words) -> Outcome {
    let person = world.person(words.get(0))?;
    let input = claim(&person, &with_wrong_end(&person.number));
    let answer = world.api()?.act(None, "identity.register", &input, None).await?;
    world.last = Some(answer);
    Ok(())
}

async fn fill_registration(world: &mut World, name: &str, number: &str) -> Outcome {
    let person = world.person(name)?;
    let mut browser = Browser::at(world.api()?.base())?;
    browser.open("/register").await?;
    let mut form = browser.form("/register")?;
    for (field, value) in [
        ("name", &*person.name),
        ("number", number),
        ("phone", &*person.phone),
        ("password", &*person.password),
    ] {
        if !form.has(field) {
            return Err(Trouble::story(format!("注册页上没有 {field} 这一栏")));
        }
        form.set(field, value);
    }
    browser.send(&form).await?;
    world.browsers.insert(name.to_owned(), browser);
    Ok(())
}

async fn register_on_page(world: &mut World, words: Words) -> Outcome {
    let number = world.person(words.get(0))?.number;
    fill_registration(world, words.get(0), &number).await?;
    let page = &world.browser(words.get(0)).await?.page;
    if page.status == 200 && page.path == "/me" {
        return Ok(());
    }
    Err(Trouble::story(format!("注册后停在“{}”（{}）：{}", page.path, page.status, page.text())))
}

async fn register_wrongly_on_page(world: &mut World, words: Words) -> Outcome {
    let number = with_wrong_end(&world.person(words.get(0))?.number);
    fill_registration(world, words.get(0), &number).await
}

/// Adds somebody by the program's own command, as an operator at the machine does.
async fn install(world: &mut World, name: &str, post: Option<(&str, &str, &str)>) -> Outcome {
    let person = world.person(name)?;
    let mut arguments = vec![
        "user",
        "add",
        "--name",
        &person.name,
        "--number",
        &person.number,
        "--phone",
        &person.phone,
        "--password",
        &person.password,
        "--proved",
    ];
    if let Some((role, division, organisation)) = post {
        arguments.extend(["--role", role, "--division", division, "--organisation", organisation]);
    }
    let (done, said) = world.server()?.command(&arguments).await?;
    if done { Ok(()) } else { Err(Trouble::Server(format!("minshu user add：{said}"))) }
}

async fn install_proved(world: &mut World, words: Words) -> Outcome {
    install(world, words.get(0), None).await
}

async fn install_officer(world: &mut World, words: Words) -> Outcome {
    let (name, organisation, place) = (words.get(0), words.get(1), words.get(2));
    let role = world.pack()?.roles.get(words.get(3)).cloned();
    let role = role.ok_or_else(|| Trouble::story(format!("业务包里没有角色“{}”", words.get(3))))?;
    let division = world.place(place).await?;
    world.divisions.insert(name.to_owned(), division.clone());
    install(world, name, Some((&role, &division, organisation))).await
}

async fn install_operator(world: &mut World, words: Words) -> Outcome {
    let division = world.place("福建省").await?;
    install(world, words.get(0), Some(("platform.operator", &division, "福建省数字办"))).await
}

/// The account that claims a person, as the clerk finds it by phone.
async fn claimed(world: &mut World, clerk: &str, person: &Person) -> Result<String, Trouble> {
    let answer = world.act(clerk, "identity.claims", json!({ "phone": person.phone })).await?;
    let found = answer.expect("查找账户")?;
    let account = found.pointer("/claims/0/account").and_then(Value::as_str);
    let missing = || Trouble::story(format!("窗口找不到{}的账户", person.name));
    account.map(str::to_owned).ok_or_else(missing)
}

async fn prove_with(world: &mut World, words: &Words, seen: fn(&str) -> String) -> Outcome {
    let person = world.person(words.get(1))?;
    let account = claimed(world, words.get(0), &person).await?;
    let input = json!({
        "account": account, "evidence": "identity-card",
        "number_seen": seen(&person.number), "name_seen": person.name,
    });
    world.act(words.get(0), "identity.prove", input).await.map(drop)
}

async fn prove(world: &mut World, words: Words) -> Outcome {
    prove_with(world, &words, str::to_owned).await?;
    // A session begun before the proof knows nothing of it for a moment.
    world.forget_session(words.get(1));
    world.last()?.clone().expect("核验身份").map(drop)
}

async fn prove_wrongly(world: &mut World, words: Words) -> Outcome {
    prove_with(world, &words, with_wrong_end).await
}

async fn record_mandate(world: &mut World, words: Words) -> Outcome {
    let (clerk, company) = (words.get(0), words.get(2));
    let person = world.person(words.get(1))?;
    let uscc = world.company(company)?;
    // A company of the place that the counter serves.
    let division = world.divisions.get(clerk).cloned();
    let input = json!({
        "uscc": uscc, "company": company, "division": division, "phone": person.phone,
        "evidence": "营业执照原件和法定代表人签字的授权书",
    });
    let reply = world.act(clerk, "identity.record_mandate", input).await?.expect("登记代办")?;
    world.organisations.insert(company.to_owned(), string(&reply, "organisation")?);
    world.forget_session(words.get(1));
    Ok(())
}

async fn sign_in(world: &mut World, words: Words) -> Outcome {
    world.forget_session(words.get(0));
    world.token(words.get(0)).await.map(drop)
}

async fn sign_in_wrongly(world: &mut World, words: Words) -> Outcome {
    let person = world.person(words.get(0))?;
    let input = json!({ "phone": person.phone, "password": format!("{}不对", person.password) });
    let answer = world.api()?.act(None, "identity.sign_in", &input, None).await?;
    world.last = Some(answer);
    Ok(())
}

/// Fills the sign-in page of a browser in and answers whether that led in.
async fn enter(browser: &mut Browser, person: &Person) -> Result<bool, Trouble> {
    browser.open("/sign-in").await?;
    let mut form = browser.form("/sign-in")?;
    form.set("phone", &person.phone);
    form.set("password", &person.password);
    let page = browser.send(&form).await?;
    Ok(page.status == 200 && page.path != "/sign-in")
}

async fn sign_in_and_out(world: &mut World, words: Words) -> Outcome {
    let browser = world.browser(words.get(0)).await?;
    browser.open("/me").await?;
    let form = browser.form("/sign-out")?;
    browser.send(&form).await.map(drop)
}

async fn guess_at(world: &mut World, words: Words) -> Outcome {
    let person = world.person(words.get(0))?;
    let times: u32 = words.get(1).parse().unwrap_or_default();
    for n in 0..times {
        let input = json!({ "phone": person.phone, "password": format!("猜第 {n} 次的密码") });
        let answer = world.api()?.act(None, "identity.sign_in", &input, None).await?;
        if answer.done() {
            return Err(Trouble::story("猜的密码居然登录了"));
        }
    }
    Ok(())
}

async fn waits_elsewhere(world: &mut World, words: Words) -> Outcome {
    let person = world.person(words.get(0))?;
    let mut browser = Browser::at(world.api()?.base())?;
    let entered = enter(&mut browser, &person).await?;
    if !entered && browser.page.status == 429 {
        return Ok(());
    }
    Err(Trouble::story(format!("没有要等：{} {}", browser.page.status, browser.page.text())))
}

async fn signs_in_where_known(world: &mut World, words: Words) -> Outcome {
    let person = world.person(words.get(0))?;
    let browser = world.browser(words.get(0)).await?;
    match enter(browser, &person).await? {
        true => Ok(()),
        false => Err(Trouble::story(format!("登录不了：{}", browser.page.text()))),
    }
}

async fn erase(world: &mut World, words: Words) -> Outcome {
    let person = world.person(words.get(0))?;
    let input = json!({ "password": person.password });
    world.act(words.get(0), "identity.erase_me", input).await?;
    Ok(())
}

async fn cannot_sign_in(world: &mut World, words: Words) -> Outcome {
    let person = world.person(words.get(0))?;
    let input = json!({ "phone": person.phone, "password": person.password });
    let answer = world.api()?.act(None, "identity.sign_in", &input, None).await?;
    match answer.done() {
        true => Err(Trouble::story(format!("{}还能登录", words.get(0)))),
        false => Ok(()),
    }
}

/// The old session is ended on the server, the new one begins in a browser without any memory.
async fn sign_in_elsewhere(world: &mut World, words: Words) -> Outcome {
    let name = words.get(0);
    let token = world.token(name).await?;
    world.act(name, "identity.sign_out", json!({ "token": token })).await?.expect("退出登录")?;
    world.forget_session(name);
    let ended = world.api()?.ask(Some(&token), "identity.me", &[]).await?;
    if ended.done() {
        return Err(Trouble::story("退出登录以后，原来的会话还能用"));
    }
    world.token(name).await.map(drop)
}

async fn me(world: &mut World, name: &str) -> Result<Value, Trouble> {
    world.ask(name, "identity.me", &[]).await?.expect("自己的账户")
}

async fn is_proved(world: &mut World, words: Words) -> Outcome {
    let told = me(world, words.get(0)).await?;
    let proved = told.get("proved").and_then(Value::as_bool);
    if proved == Some(words.get(1) == "已经") {
        return Ok(());
    }
    Err(Trouble::story(format!("核验状态是 {proved:?}")))
}

async fn holds_mandate(world: &mut World, words: Words) -> Outcome {
    let told = me(world, words.get(0)).await?;
    let held = told.get("mandates").and_then(Value::as_array).into_iter().flatten();
    let mut names = held.filter_map(|m| m.get("organisation_name").and_then(Value::as_str));
    if names.any(|name| name == words.get(1)) {
        return Ok(());
    }
    Err(Trouble::story(format!("{}不能代表{}办事", words.get(0), words.get(1))))
}
