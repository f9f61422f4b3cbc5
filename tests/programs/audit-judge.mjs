// Judges an exported audit trail by docs/formats/audit.md alone, with node's own cryptography: it shares nothing with Weir.
// node audit-judge.mjs FILE PUBLIC.PEM prints { sound, entries, faults } as JSON; exit code 0 when the trail is sound, else 1.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [file, keyFile] = process.argv.slice(2);
const faults = [];

// A field: its bytes behind their number; nothing but FFFFFFFF for null.
function field(value) {
  const length = Buffer.alloc(4);
  if (value === null) {
    length.writeUInt32BE(0xffffffff);
    return length;
  }
  const bytes = Buffer.from(String(value), "utf8");
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function hashOf(previous, workspace, entry) {
  const hash = createHash("sha256").update(previous);
  for (const value of [
    "weir-audit-1",
    workspace,
    entry.seq,
    entry.at,
    entry.actorKind,
    entry.actorId,
    entry.actorName,
    entry.address,
    entry.action,
    entry.target,
    entry.before,
    entry.after,
  ]) {
    hash.update(field(value));
  }
  return hash.digest();
}

// r and s, 32 bytes each, which node calls ieee-p1363.
function isSigned(kind, workspace, seq, hash, signature) {
  const statement = Buffer.from(`${kind}\n${workspace}\n${seq}\n${hash}`, "ascii");
  const bytes = Buffer.from(signature ?? "", "base64");
  return bytes.length === 64 && verify("sha256", statement, { key: publicKey, dsaEncoding: "ieee-p1363" }, bytes);
}

function shape(line, number, names) {
  const value = JSON.parse(line);
  if (Object.keys(value).sort().join() !== [...names].sort().join()) {
    throw new Error(`line ${number} has not the fields of its kind: ${Object.keys(value)}`);
  }
  return value;
}

const publicKey = createPublicKey(readFileSync(keyFile));
let entries = 0;
try {
  if (publicKey.asymmetricKeyDetails.namedCurve !== "prime256v1") {
    throw new Error("the key is not one of P-256");
  }
  const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  const lines = text.split("\n");
  if (lines.pop() !== "") {
    throw new Error("the last line is cut off");
  }
  const head = shape(lines[0], 1, ["weir", "workspace", "name", "floorSeq", "floorHash", "floorSignature"]);
  const end = shape(lines.at(-1), lines.length, ["end", "seq", "hash", "signature", "publicKey"]);
  if (head.weir !== "audit-1" || end.end !== true) {
    throw new Error("not an exported trail");
  }

  const isWhole = head.floorSeq === 0 && /^0{64}$/.test(head.floorHash) && head.floorSignature === null;
  if (!isWhole && !isSigned("weir-audit-floor-1", head.workspace, head.floorSeq, head.floorHash, head.floorSignature)) {
    faults.push("the beginning was not signed");
  }

  let seq = head.floorSeq;
  let previous = Buffer.from(head.floorHash, "hex");
  for (const [at, line] of lines.slice(1, -1).entries()) {
    const entry = shape(line, at + 2, [
      "seq", "at", "actorKind", "actorId", "actorName", "address", "action", "target", "before", "after", "hash",
    ]);
    entries++;
    if (entry.seq !== seq + 1) {
      faults.push(`${entry.seq} follows ${seq}`);
    }
    if (hashOf(previous, head.workspace, entry).toString("hex") !== entry.hash) {
      faults.push(`entry ${entry.seq} was altered, or what stood before it was`);
    }
    if (entry.action === "audit.broken") {
      faults.push(`entry ${entry.seq} tells of a break before it`);
    }
    seq = entry.seq;
    previous = Buffer.from(entry.hash, "hex");
  }

  if (!isSigned("weir-audit-head-1", head.workspace, end.seq, end.hash, end.signature)) {
    faults.push("the end was not signed");
  }
  if (end.seq !== seq || end.hash !== previous.toString("hex")) {
    faults.push(`the trail ends with ${seq}, and what was signed is ${end.seq}`);
  }
} catch (error) {
  faults.push(error.message);
}

console.log(JSON.stringify({ sound: faults.length === 0, entries, faults }));
process.exitCode = faults.length === 0 ? 0 : 1;
