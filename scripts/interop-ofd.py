"""Sealed documents by tools of others, and theirs by ours.

OpenSSL and gmssl compute every digest and signature of a document that Minshu sealed; easyofd opens and draws it. Then
OpenSSL makes an authority, a seal and a signature of its own, which Minshu verifies, changed and unchanged.
Started with the program's path.
"""

import base64
import io
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

from fontTools.ttLib import TTFont
from gmssl import func, sm2, sm3
from PIL import ImageFont

NAMESPACE = "{http://www.ofdspec.org/2016}"
DISTID = "distid:1234567812345678"
SM2_WITH_SM3 = bytes.fromhex("06082a811ccf55018375")


def run(*command, fine=(0,)):
    done = subprocess.run([str(part) for part in command], capture_output=True)
    if done.returncode not in fine:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout.decode()}{done.stderr.decode()}")
    return done


def digest(content):
    return bytes.fromhex(sm3.sm3_hash(func.bytes_to_list(content)))


def element(der, at=0):
    """Tag, content and end of the element at a place."""
    length, head = der[at + 1], 2
    if length & 128:
        many = length & 127
        length, head = int.from_bytes(der[at + 2 : at + 2 + many], "big"), 2 + many
    return der[at], der[at + head : at + head + length], at + head + length


def elements(der):
    """The elements inside a SEQUENCE, each with its header."""
    _, content, _ = element(der)
    at, found = 0, []
    while at < len(content):
        end = element(content, at)[2]
        found.append(content[at:end])
        at = end
    return found


def content(der):
    return element(der)[1]


def encode(tag, data):
    length = len(data)
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    head = bytes([length]) if length < 128 else bytes([128 | len(size)]) + size
    return bytes([tag]) + head + data


def sequence(*parts):
    return encode(0x30, b"".join(parts))


def verified_by_openssl(folder, certificate, message, signature):
    (folder / "cert.der").write_bytes(certificate)
    (folder / "message").write_bytes(message)
    (folder / "signature").write_bytes(signature)
    run("openssl", "x509", "-inform", "DER", "-in", folder / "cert.der", "-pubkey", "-noout", "-out", folder / "public.pem")
    run("openssl", "dgst", "-sm3", "-verify", folder / "public.pem", "-sigopt", DISTID, "-signature", folder / "signature",
        folder / "message")


def verified_by_gmssl(folder, message, signature):
    text = run("openssl", "pkey", "-pubin", "-in", folder / "public.pem", "-outform", "DER").stdout
    point = text[-64:].hex()
    r, s = (int.from_bytes(content(part), "big") for part in elements(signature))
    key = sm2.CryptSM2(public_key=point, private_key="")
    if not key.verify_with_sm3(f"{r:064x}{s:064x}", message):
        raise SystemExit("gmssl does not verify the signature")


def ours_by_others(minshu, folder):
    run(minshu, "licence", "sample", folder)
    package = zipfile.ZipFile(folder / "licence.ofd")
    list_xml = package.read("Doc_0/Signs/Sign_0/Signature.xml")
    references = list(ElementTree.fromstring(list_xml).iter(f"{NAMESPACE}Reference"))
    assert len(references) >= 6, len(references)
    for reference in references:
        place = reference.get("FileRef").lstrip("/")
        stated = base64.b64decode(reference.find(f"{NAMESPACE}CheckValue").text)
        assert digest(package.read(place)) == stated, place
    print(f"gmssl: {len(references)} SM3 digests agree")

    to_sign, certificate, algorithm, signature = elements(package.read("Doc_0/Signs/Sign_0/SignedValue.dat"))
    assert algorithm == SM2_WITH_SM3
    assert content(elements(to_sign)[3])[1:] == digest(list_xml)
    signature = content(signature)[1:]
    verified_by_openssl(folder, content(certificate), to_sign, signature)
    print("OpenSSL: the signature over toSign holds")
    verified_by_gmssl(folder, to_sign, signature)
    print("gmssl: the signature over toSign holds")

    seal = elements(to_sign)[1]
    assert seal == package.read("Doc_0/Signs/Sign_0/Seal.esl")
    info, maker, _, sealed = elements(seal)
    verified_by_openssl(folder, content(maker), info, content(sealed)[1:])
    print("OpenSSL: the seal's own signature holds")
    # OpenSSL takes the distinguishing id for the certificate that it is asked about and no other: link by link.
    mark = "-----END CERTIFICATE-----\n"
    root, issuing, _ = (folder / "trust.pem").read_text().split(mark)
    (folder / "root.pem").write_text(root + mark)
    (folder / "issuing.pem").write_text(issuing + mark)
    whole = run("openssl", "x509", "-in", folder / "root.pem", "-outform", "DER").stdout
    certified, _, signature = elements(whole)
    verified_by_openssl(folder, whole, certified, content(signature)[1:])
    for above, below in [("root", "issuing"), ("issuing", "signer"), ("issuing", "maker")]:
        run("openssl", "verify", "-partial_chain", "-vfyopt", DISTID, "-trusted", folder / f"{above}.pem",
            folder / f"{below}.pem")
    print("OpenSSL: both chains lead to the root")
    # Every character that a page shows has a glyph in the font that it names, which FreeType draws.
    resources = ElementTree.fromstring(package.read("Doc_0/PublicRes.xml"))
    faces = {font.get("ID"): package.read("Doc_0/Res/" + font.find(f"{NAMESPACE}FontFile").text)
             for font in resources.iter(f"{NAMESPACE}Font")}
    shown = 0
    for text in ElementTree.fromstring(package.read("Doc_0/Pages/Page_0/Content.xml")).iter(f"{NAMESPACE}TextObject"):
        code = text.find(f"{NAMESPACE}TextCode")
        face = faces[text.get("Font")]
        known = TTFont(io.BytesIO(face), checkChecksums=2).getBestCmap()
        drawn = ImageFont.truetype(io.BytesIO(face), 40)
        for character in code.text:
            assert ord(character) in known, character
            assert drawn.getmask(character).getbbox(), character
            shown += 1
    assert shown > 100, shown
    print(f"fontTools and FreeType: {shown} characters have their glyph")

    from easyofd.ofd import OFD

    reader = OFD()
    reader.read(base64.b64encode((folder / "licence.ofd").read_bytes()).decode(), save_xml=False)
    pages = reader.to_jpg()
    assert len(pages) == 1, len(pages)
    page = pages[0]
    page.save(folder / "licence.png")
    red, green, _ = page.resize((297, 210)).getpixel((230, 153))
    assert red > 150 and green < 100, "the star of the seal is not where it belongs"
    print("easyofd: opens and draws it")


def theirs_by_ours(minshu, folder):
    def key(name):
        run("openssl", "ecparam", "-name", "SM2", "-genkey", "-noout", "-out", folder / f"{name}.key")

    def openssl_sign(name, message):
        (folder / "message").write_bytes(message)
        return run("openssl", "dgst", "-sm3", "-sign", folder / f"{name}.key", "-sigopt", DISTID, folder / "message").stdout

    key("ca")
    run("openssl", "req", "-x509", "-new", "-key", folder / "ca.key", "-sm3", "-sigopt", DISTID, "-subj", "/C=CN/O=Others/CN=Root",
        "-days", "30", "-addext", "keyUsage=critical,keyCertSign", "-out", folder / "ca.pem")
    certificates = {}
    (folder / "usage").write_text("keyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\n")
    for name in ["theirs", "making"]:
        key(name)
        run("openssl", "req", "-new", "-key", folder / f"{name}.key", "-sm3", "-sigopt", DISTID, "-subj", f"/C=CN/CN={name}",
            "-out", folder / f"{name}.csr")
        run("openssl", "x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
            "-CAcreateserial", "-sm3", "-sigopt", DISTID, "-vfyopt", DISTID, "-days", "20", "-extfile", folder / "usage",
            "-out", folder / f"{name}.pem")
        certificates[name] = run("openssl", "x509", "-in", folder / f"{name}.pem", "-outform", "DER").stdout

    package = zipfile.ZipFile(folder / "licence.ofd")
    files = {name: package.read(name) for name in package.namelist()}
    sign = "Doc_0/Signs/Sign_0"
    to_sign = elements(elements(files[f"{sign}/SignedValue.dat"])[0])
    info = elements(elements(to_sign[1])[0])
    rights = elements(info[2])
    # Later than the certificates, which begin in this very second.
    now = to_sign[2] = encode(0x18, time.strftime("%Y%m%d%H%M%SZ", time.gmtime()).encode())
    rights[3] = sequence(encode(4, certificates["theirs"]))
    rights[4] = rights[5] = now
    info[2] = sequence(*rights)
    info = sequence(*info)
    algorithm = SM2_WITH_SM3
    seal = sequence(info, encode(4, certificates["making"]), algorithm, encode(3, b"\0" + openssl_sign("making", info)))
    old = base64.b64encode(digest(files[f"{sign}/Seal.esl"])).decode()
    new = base64.b64encode(digest(seal)).decode()
    files[f"{sign}/Seal.esl"] = seal
    assert old.encode() in files[f"{sign}/Signature.xml"]
    files[f"{sign}/Signature.xml"] = files[f"{sign}/Signature.xml"].replace(old.encode(), new.encode())
    to_sign[1] = seal
    to_sign[3] = encode(3, b"\0" + digest(files[f"{sign}/Signature.xml"]))
    to_sign = sequence(*to_sign)
    files[f"{sign}/SignedValue.dat"] = sequence(
        to_sign, encode(4, certificates["theirs"]), algorithm, encode(3, b"\0" + openssl_sign("theirs", to_sign)))

    def verdict(name, trust, change=None):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
            for path, data in files.items():
                out.writestr(path, change(data) if change and path.endswith("Content.xml") else data)
        (folder / name).write_bytes(packed.getvalue())
        done = run(minshu, "licence", "verify", folder / name, "--trust", folder / trust, fine=(0, 1))
        return done.returncode, done.stdout.decode()

    code, text = verdict("theirs.ofd", "ca.pem")
    assert code == 0, text
    print("Minshu: a document that OpenSSL sealed is genuine")
    code, text = verdict("theirs.ofd", "trust.pem")
    assert code == 1 and "FAILED  chain" in text, text
    code, text = verdict("changed.ofd", "ca.pem", lambda page: page.replace("示例".encode(), "别的".encode()))
    assert code == 1 and "FAILED  references: Doc_0/Pages/Page_0/Content.xml was changed" in text, text
    print("Minshu: by nobody trusted, or changed, it is not")
    run(minshu, "licence", "verify", folder / "ca.pem", fine=(2,))


def main(minshu):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours_by_others(minshu, folder)
        theirs_by_ours(minshu, folder)
        if len(sys.argv) > 2:
            picture = folder / "licence.png"
            Path(sys.argv[2]).write_bytes(picture.read_bytes())


main(sys.argv[1])
