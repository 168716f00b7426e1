//! A licence for trying readers and verifiers with: an authority, a seal and a document that nobody relies on.

use minshu_kernel::clock::{DAY_MS, Timestamp};

use crate::layout::{Document, Fonts, LayoutProblem, Template, TemplateProblem, Values, lay_out};
use crate::ofd::{self, Facts, Unsealed, WriteProblem};
use crate::pdf::{self, PdfProblem};
use crate::seal::{
    Drawing, Identity, IssueProblem, LICENCE_CODE, PrivateKey, Purpose, Seal, SealProblem,
    SealTerms, Subject, Terms, Trust, draw,
};

/// The template of the sample.
pub const TEMPLATE: &str = include_str!("../samples/food.toml");
/// Its identifier.
pub const CODE: &str = "1.2.156.3005.2.11370800MB28559184001.11370800MB28559184.000000001.001.L";
/// The authority of the sample, which does not exist.
const OFFICE: &str = "示例县市场监督管理局";

/// Everything of the sample.
pub struct Sample {
    /// The root of its authority.
    pub root: Identity,
    /// What issues certificates below it.
    pub issuing: Identity,
    /// Who made the seal.
    pub maker: Identity,
    /// Who signs with it.
    pub signer: Identity,
    /// The seal.
    pub seal: Seal,
    /// The pages.
    pub document: Document,
    /// When it is sealed.
    pub at: Timestamp,
}

/// Why there is no sample; each is a defect, or a font without the characters that it needs.
#[derive(Debug, thiserror::Error)]
pub enum SampleProblem {
    /// A certificate was not issued.
    #[error("the sample's certificates were not issued")]
    Issue(#[from] IssueProblem),
    /// The seal was not made.
    #[error("the sample's seal was not made")]
    Seal(#[from] SealProblem),
    /// The template does not read.
    #[error("the sample's template cannot be read")]
    Template(#[from] TemplateProblem),
    /// The pages were not laid out.
    #[error("the sample was not laid out")]
    Layout(#[from] LayoutProblem),
    /// The document was not written.
    #[error("the sample was not written")]
    Write(#[from] WriteProblem),
    /// The PDF was not written.
    #[error("the sample was not drawn")]
    Pdf(#[from] PdfProblem),
}

impl Sample {
    /// Makes one: keys from random bytes that the caller fills in.
    pub fn make(
        fonts: &Fonts,
        at: Timestamp,
        mut fill: impl FnMut(&mut [u8]),
    ) -> Result<Self, SampleProblem> {
        let terms = |purpose, common_name, years: i64, fill: &mut dyn FnMut(&mut [u8])| {
            let mut serial = [0; 16];
            fill(&mut serial);
            Terms {
                purpose,
                subject: Subject { common_name, organisation: None, code: None },
                from: at.plus_ms(-DAY_MS),
                to: at.plus_ms(years * 365 * DAY_MS),
                serial,
            }
        };
        let root = terms(Purpose::Root, "示例根证书（不可信赖）", 20, &mut fill);
        let root = Identity::root(PrivateKey::generate(&mut fill), &root)?;
        let mut below = |issuer: &Identity, purpose, name, years| {
            let terms = terms(purpose, name, years, &mut fill);
            let key = PrivateKey::generate(&mut fill);
            let certificate = issuer.issue(&key.public(), &terms)?;
            Ok::<_, IssueProblem>(Identity { key, certificate })
        };
        let issuing = below(&root, Purpose::Issuing, "示例签发证书", 10)?;
        let maker = below(&issuing, Purpose::SealMaker, "示例印章制作者", 5)?;
        let signer = below(&issuing, Purpose::Signer, OFFICE, 3)?;
        let drawing = Drawing {
            width_mm: 42,
            height_mm: 42,
            name: OFFICE,
            star: true,
            line: Some("电子证照专用章"),
            number: Some("3500000000001"),
        };
        let terms = SealTerms {
            id: "35000000000001",
            name: "示例县市场监督管理局电子证照专用章",
            kind: 1,
            signers: std::slice::from_ref(&signer.certificate),
            created: at,
            from: at.plus_ms(-DAY_MS),
            to: at.plus_ms(365 * DAY_MS),
            picture: draw(&drawing, fonts)?,
        };
        let seal = Seal::make(&maker, &terms)?;
        let document = lay_out(&Template::parse(TEMPLATE)?, fonts, &values())?;
        Ok(Self { root, issuing, maker, signer, seal, document, at })
    }

    /// Who has to be trusted for it.
    pub fn trust(&self) -> Trust {
        let (root, issuing) = (&self.root.certificate, &self.issuing.certificate);
        Trust::new(vec![root.clone()], vec![issuing.clone()])
    }

    /// The document without its seal.
    pub fn unsealed(&self, fonts: &Fonts) -> Result<Unsealed, SampleProblem> {
        let facts = Facts {
            id: [0x35; 16],
            created: self.at,
            author: OFFICE.to_owned(),
            custom: vec![(LICENCE_CODE.to_owned(), CODE.to_owned())],
        };
        Ok(ofd::write(&self.document, fonts, facts)?)
    }

    /// The sealed document.
    pub fn sealed(&self, fonts: &Fonts) -> Result<Vec<u8>, SampleProblem> {
        Ok(self.unsealed(fonts)?.seal(&self.seal, &self.signer, self.at)?)
    }

    /// The same pages as PDF.
    pub fn pdf(&self, fonts: &Fonts) -> Result<Vec<u8>, SampleProblem> {
        Ok(pdf::write(&self.document, fonts, Some(&self.seal.picture.data), self.at)?)
    }
}

/// What the sample's fields say.
pub fn values() -> Values {
    let texts = [
        ("name", "示例县南街示例小吃店"),
        ("uscc", "92350102MA00000001"),
        ("manager", "示例经营者"),
        ("address", "福建省示例市示例县南街示例号一层，东侧第二间（含外摆区域）"),
        ("kinds", "热食类食品制售；冷食类食品制售；自制饮品制售（不含自酿酒）"),
        ("code", CODE),
        ("number", "JY23500000000001"),
        ("issuer", OFFICE),
        ("issued", "2026年11月27日"),
        ("until", "2031年11月26日"),
        ("verify", "https://minshu.example/licences/verify?c=000000001"),
    ];
    texts.into_iter().fold(Values::default(), |values, (field, text)| values.with(field, text))
}
