// sarif.mjs KADC SOURCE: `kadc --format=sarif` is valid SARIF 2.1.0, and its fingerprints stay
// when lines move.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv-draft-04";

const [kadc, source] = process.argv.slice(2);
const schema = JSON.parse(
    readFileSync("node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json", "utf8"),
);
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
let checked = 0;
let failed = 0;

function fail(what, problem) {
    console.error(`${what}: ${problem}`);
    failed++;
}

function log_of(folder, ...files) {
    const modules = join(source, "tests/golden/diag/modules");
    const run = spawnSync(
        kadc,
        ["--check", "--format=sarif", "--modules", modules, "--", ...files],
        { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 },
    );

    if (run.status > 1) throw new Error(`kadc ended with ${run.status}: ${run.stderr}`);
    return JSON.parse(run.stdout);
}

function fingerprints(log) {
    return log.runs[0].results.map((result) => result.partialFingerprints["finding/v1"]).sort();
}

function check_valid(folder, ...files) {
    const log = log_of(folder, ...files);

    checked++;
    if (!validate(log)) fail(files.join(" "), JSON.stringify(validate.errors.slice(0, 3)));
}

// Three more lines at the top change no fingerprint.
function check_moved(folder, file, work) {
    const text = readFileSync(join(folder, file), "utf8");

    writeFileSync(join(work, file), text);
    const before = fingerprints(log_of(work, file));
    writeFileSync(join(work, file), `# one\n# two\n\n${text}`);
    const after = fingerprints(log_of(work, file));

    checked++;
    if (new Set(before).size !== before.length) fail(file, "two findings have one fingerprint");
    if (JSON.stringify(before) !== JSON.stringify(after))
        fail(file, `moved lines change ${before} to ${after}`);
}

const folder = join(source, "tests/golden/diag");
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const work = mkdtempSync(join(tmpdir(), "sarif-"));

for (const file of files) check_valid(folder, file);
check_valid(folder, ...files);
for (const file of readdirSync(join(source, "tests/golden/format")))
    if (file.endsWith(".yaml")) {
        check_valid(join(source, "tests/golden/format"), file);
        check_moved(join(source, "tests/golden/format"), file, work);
    }
rmSync(work, { recursive: true });
console.log(`${checked - failed} passed, ${failed} failed`);
process.exit(failed || !checked ? 1 : 0);
