// Small files made here: real by their content, so that a program that reads them can.
import { crc32, deflateSync } from "node:zlib";

export type File = { name: string; mimeType: string; buffer: Buffer };

/** A PDF of one page with a line of text. */
export function pdf(name: string, line: string): File {
  const text = `BT /F1 18 Tf 72 720 Td (${line.replace(/[\\()]/g, "")}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
  ];
  let body = "%PDF-1.4\n";
  const places = objects.map((object, at) => {
    const place = body.length;
    body += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.lastIndexOf("xref\n0")}\n%%EOF\n`;
  return { name, mimeType: "application/pdf", buffer: Buffer.from(body, "latin1") };
}

/** A PNG of one colour with a frame, 8 bits a channel. */
export function png(name: string, width = 96, height = 64): File {
  const rows = Buffer.alloc(height * (1 + width * 3), 0xe8);
  for (let y = 0; y < height; y += 1) {
    rows[y * (1 + width * 3)] = 0;
    for (let x = 0; x < width; x += 1) {
      const frame = x < 4 || y < 4 || x >= width - 4 || y >= height - 4;
      if (frame) rows.set([0x0e, 0x63, 0x73], y * (1 + width * 3) + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const buffer = Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
  return { name, mimeType: "image/png", buffer };
}

function chunk(kind: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/** Plain text under a name that says PDF. */
export function notPdf(name: string): File {
  return { name, mimeType: "application/pdf", buffer: Buffer.from("this is plain text and not a PDF\n".repeat(40)) };
}

/** A true PDF that is longer than so many MiB. */
export function largePdf(name: string, mib: number): File {
  const small = pdf(name, "large");
  const filling = Buffer.alloc(mib * 1024 * 1024 + 1, "% filling\n");
  return { ...small, buffer: Buffer.concat([small.buffer.subarray(0, 9), filling, Buffer.from("\n"), small.buffer.subarray(9)]) };
}
