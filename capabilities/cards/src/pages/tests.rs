//! Every page in both languages with sample data, held against its snapshot.

use std::sync::Arc;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::text::{Lang, LocalText, Speaker, Texts};
use minshu_kernel::web::{FormState, Page};

use super::counter::{self, Typed};
use super::mine;
use crate::model::{CardId, Loss, State};
use crate::queries::at_counter::HolderCards;
use crate::queries::mine::MyCards;
use crate::queries::{CardView, KindView};

fn see(name: &str, render: impl Fn(Speaker) -> Result<Page, Failure>) {
    let texts: Arc<Texts> = Texts::load(&[minshu_kernel::TEXTS, crate::TEXTS]).unwrap();
    for lang in Lang::ALL {
        let page = render(Speaker::new(texts.clone(), lang)).unwrap();
        let html = format!("<title>{}</title>\n{}", page.title, page.body);
        assert!(!html.contains("[cards-") && !html.contains("[show-"), "{name}: {html}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        insta::assert_snapshot!(format!("{name}-{}", lang.code()), html);
    }
}

fn card(last: u8, state: State, loss: Option<Loss>) -> CardView {
    let id = format!("01928f5e-7b1a-7c3d-8e4f-0000000000{last:02x}");
    CardView {
        card: id.parse::<CardId>().unwrap(),
        kind: "multicard.social-security".to_owned(),
        name: LocalText::new("社会保障卡", "Social security card"),
        number: "****5678".to_owned(),
        state,
        loss,
        changed_ms: Timestamp(1_772_672_400_000),
    }
}

fn kinds() -> Vec<KindView> {
    let kind = |id: &str, zh: &str, en: &str| KindView {
        kind: format!("multicard.{id}"),
        name: LocalText::new(zh, en),
        issuer: LocalText::new("发卡单位", "The issuer"),
        help: Some(LocalText::new("在正面右下角。", "On the front, at the lower right.")),
    };
    vec![
        kind("social-security", "社会保障卡", "Social security card"),
        kind("transit", "公交卡", "Transit card"),
    ]
}

fn fresh() -> FormState {
    FormState { csrf: "t".to_owned(), key: "k".to_owned(), problems: Vec::new(), summary: None }
}

fn refused(pointer: &str) -> FormState {
    FormState {
        problems: vec![(pointer.to_owned(), "不对 <b>".to_owned())],
        summary: Some("请改".to_owned()),
        ..fresh()
    }
}

fn held() -> Vec<CardView> {
    vec![
        card(1, State::Good, None),
        card(2, State::Claimed, None),
        card(3, State::Stopped, Some(Loss::Stolen)),
    ]
}

#[test]
fn ones_own_cards() {
    let found = |proved: bool, cards: Vec<CardView>| MyCards { proved, cards, kinds: kinds() };
    see("mine", |t| mine::page(t, fresh(), &found(true, held()), ("", "")));
    see("mine-refused", |t| {
        mine::page(
            t,
            refused("/number"),
            &found(true, Vec::new()),
            ("multicard.transit", "4111 <1>"),
        )
    });
    see("mine-unproved", |t| mine::page(t, fresh(), &found(false, Vec::new()), ("", "")));
}

#[test]
fn one_card() {
    see("card-good", |t| mine::card_page(t, fresh(), &held()[0], true));
    see("card-claimed", |t| mine::card_page(t, fresh(), &held()[1], false));
    see("card-stopped", |t| mine::card_page(t, fresh(), &held()[2], false));
}

#[test]
fn the_counter() {
    let found = HolderCards {
        account: "01928f5e-7b1a-7c3d-8e4f-0000000000aa".parse().unwrap(),
        name: "林*燕".to_owned(),
        cards: held(),
        kinds: kinds(),
    };
    see("counter", |t| counter::page(t, fresh(), None, &Typed::default()));
    let typed = Typed { card: Some(found.cards[1].card), ..Typed::default() };
    see("counter-held", |t| counter::page(t, refused("/number_seen"), Some(&found), &typed));
}
