//! A font that was cut for PDF has no character map and no `OS/2`. Readers of OFD need both: they are put in here.

use std::collections::BTreeMap;

/// Tables by their tags.
type Tables<'a> = BTreeMap<[u8; 4], &'a [u8]>;

/// The flavour of a font file and its tables.
fn tables(font: &[u8]) -> Option<(&[u8], Tables<'_>)> {
    let count = usize::from(u16::from_be_bytes(font.get(4..6)?.try_into().ok()?));
    let mut tables = BTreeMap::new();
    for index in 0..count {
        let record = font.get(12 + index * 16..28 + index * 16)?;
        let number = |at: usize| -> Option<usize> {
            let bytes = record.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_be_bytes(bytes)).ok()
        };
        let (offset, length) = (number(8)?, number(12)?);
        let data = font.get(offset..offset.checked_add(length)?)?;
        tables.insert(record.get(..4)?.try_into().ok()?, data);
    }
    Some((font.get(..4)?, tables))
}

/// The cut font with a map from characters to its glyphs and the `OS/2` table of the font that it was cut from.
pub(crate) fn with_characters(
    cut: &[u8],
    whole: &[u8],
    codes: &BTreeMap<u32, u16>,
) -> Option<Vec<u8>> {
    let (flavour, mut parts) = tables(cut)?;
    let map = character_map(codes);
    parts.insert(*b"cmap", &map);
    let (_, source) = tables(whole)?;
    if let Some(os2) = source.get(b"OS/2") {
        parts.insert(*b"OS/2", os2);
    }
    if let (false, Some(hhea)) = (parts.contains_key(b"hhea"), source.get(b"hhea")) {
        parts.insert(*b"hhea", hhea);
    }
    let count = u16::try_from(parts.len()).ok()?;
    let power = count.checked_ilog2()?;
    let range = 16_u16.checked_mul(1 << power)?;
    let mut file = flavour.to_vec();
    for number in [count, range, u16::try_from(power).ok()?, count * 16 - range] {
        file.extend(number.to_be_bytes());
    }
    let mut offset = 12 + 16 * parts.len();
    let mut head = None;
    for (tag, data) in &parts {
        file.extend(tag);
        let sum = if tag == b"head" { checksum(&without_adjustment(data)) } else { checksum(data) };
        file.extend(sum.to_be_bytes());
        file.extend(u32::try_from(offset).ok()?.to_be_bytes());
        file.extend(u32::try_from(data.len()).ok()?.to_be_bytes());
        if tag == b"head" {
            head = Some(offset);
        }
        offset += data.len().next_multiple_of(4);
    }
    for (tag, data) in &parts {
        if tag == b"head" {
            file.extend(without_adjustment(data));
        } else {
            file.extend(*data);
        }
        file.resize(file.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xb1b0_afba_u32.wrapping_sub(checksum(&file));
    let place = head? + 8;
    file.get_mut(place..place + 4)?.copy_from_slice(&adjustment.to_be_bytes());
    Some(file)
}

/// The head table with its adjustment zero, as checksums want it.
fn without_adjustment(head: &[u8]) -> Vec<u8> {
    let mut head = head.to_vec();
    if let Some(place) = head.get_mut(8..12) {
        place.fill(0);
    }
    head
}

fn checksum(data: &[u8]) -> u32 {
    data.chunks(4).fold(0, |sum: u32, chunk| {
        let mut word = [0; 4];
        word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}

/// A `cmap` with one table of format 12 for characters of all planes, and one of format 4 for those of the first.
fn character_map(codes: &BTreeMap<u32, u16>) -> Vec<u8> {
    let four = format_4(codes);
    let twelve = format_12(codes);
    let mut map = Vec::new();
    map.extend([0, 0, 0, 2]);
    map.extend([0, 3, 0, 1]);
    map.extend(20_u32.to_be_bytes());
    map.extend([0, 3, 0, 10]);
    map.extend(u32::try_from(20 + four.len()).unwrap_or(0).to_be_bytes());
    map.extend(four);
    map.extend(twelve);
    map
}

/// Runs of characters whose glyphs follow each other as well: first, last, first glyph.
fn segments(codes: impl Iterator<Item = (u32, u16)>) -> Vec<(u32, u32, u16)> {
    let mut segments: Vec<(u32, u32, u16)> = Vec::new();
    for (code, glyph) in codes {
        match segments.last_mut() {
            Some((first, last, start))
                if code == *last + 1 && u32::from(glyph) == u32::from(*start) + (code - *first) =>
            {
                *last = code;
            }
            _ => segments.push((code, code, glyph)),
        }
    }
    segments
}

fn format_4(codes: &BTreeMap<u32, u16>) -> Vec<u8> {
    let basic = codes.iter().map(|(c, g)| (*c, *g)).filter(|(c, _)| *c < 0xffff);
    let mut segments = segments(basic);
    segments.push((0xffff, 0xffff, 0));
    let count = u16::try_from(segments.len()).unwrap_or(1);
    let power = count.checked_ilog2().unwrap_or(0);
    let range = 2_u16.wrapping_mul(1 << power);
    let words = |of: &dyn Fn(&(u32, u32, u16)) -> u16| -> Vec<u8> {
        segments.iter().flat_map(|s| of(s).to_be_bytes()).collect()
    };
    let low = |number: u32| u16::try_from(number & 0xffff).unwrap_or(0);
    let mut table = Vec::new();
    let length = 16 + 8 * segments.len();
    for number in [
        4,
        u16::try_from(length).unwrap_or(0),
        0,
        count.wrapping_mul(2),
        range,
        u16::try_from(power).unwrap_or(0),
        count.wrapping_mul(2).wrapping_sub(range),
    ] {
        table.extend(number.to_be_bytes());
    }
    table.extend(words(&|s| low(s.1)));
    table.extend([0, 0]);
    table.extend(words(&|s| low(s.0)));
    table.extend(words(&|s| if s.0 == 0xffff { 1 } else { s.2.wrapping_sub(low(s.0)) }));
    table.extend(words(&|_| 0));
    table
}

fn format_12(codes: &BTreeMap<u32, u16>) -> Vec<u8> {
    let segments = segments(codes.iter().map(|(c, g)| (*c, *g)));
    let count = u32::try_from(segments.len()).unwrap_or(0);
    let mut table = vec![0, 12, 0, 0];
    table.extend((16 + 12 * count).to_be_bytes());
    table.extend([0; 4]);
    table.extend(count.to_be_bytes());
    for (first, last, glyph) in segments {
        table.extend(first.to_be_bytes());
        table.extend(last.to_be_bytes());
        table.extend(u32::from(glyph).to_be_bytes());
    }
    table
}
