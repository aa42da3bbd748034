// schema.mjs KADC SOURCE: what `kadc --emit=schema` prints accepts each workflow that kadc
// accepts, and refuses what is wrong in structure.
//
// The workflows are all of the repository, also those of tests that kadc compiles. What has to
// be refused are the goldens of group 01 that say an error; OUT_OF_SIGHT lists those whose
// fault no schema can see.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import { parse } from "yaml";

const OUT_OF_SIGHT = new Set([
    "KAD0116-bad-expectation.yaml", // comments
    "KAD0105-parameter-without-value.yaml", // which parameters have a value
    "KAD0111-bad-encoding.yaml", // what a text is made of
    "KAD0114-from-is-literal.yaml", // what is an expression
    "KAD0114-limits.yaml", // a manifest's values
    "KAD0114-narrowed-type.yaml", // what two types have in common
    "KAD0114-no-moment.yaml", // the form of a moment, where an expression may stand
]);

const [kadc, source] = process.argv.slice(2);
const schema = JSON.parse(execFileSync(kadc, ["--emit=schema"], { encoding: "utf8" }));
const validate = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema);
let checked = 0;
let failed = 0;

function fail(path, problem) {
    console.error(`${path}: ${problem}`);
    failed++;
}

function workflows(folder) {
    return readdirSync(folder)
        .sort()
        .filter((name) => !/^(build|node_modules|\.)/.test(name) && name !== "module.yaml")
        .flatMap((name) => {
            const path = join(folder, name);

            if (statSync(path).isDirectory()) return workflows(path);
            return /\.(yaml|json)$/.test(name) ? [path] : [];
        });
}

// What the file holds; undefined: it is no YAML.
function read(path) {
    try {
        return parse(readFileSync(path, "utf8"), { maxAliasCount: 10000 });
    } catch {
        return undefined;
    }
}

// The codes of its errors; null: kadc could not read it.
function errors(path) {
    const folder = dirname(path);
    const modules = [join(folder, "modules"), join(folder, "../modules"), join(source, "modules")];
    const run = spawnSync(
        kadc,
        ["--check", "--format=json", ...modules.flatMap((each) => ["--modules", each]), path],
        { encoding: "utf8" },
    );

    if (run.status > 1) return null;
    return run.stdout
        .split("\n")
        .filter((line) => line)
        .map((line) => JSON.parse(line))
        .filter((finding) => finding.level === "error")
        .map((finding) => finding.code);
}

function is_about_structure(path) {
    const code = basename(path).slice(0, 7);

    return code.startsWith("KAD01") && code !== "KAD0107" && !OUT_OF_SIGHT.has(basename(path));
}

function check(path) {
    const codes = errors(path);
    const document = read(path);
    const is_valid = document !== undefined && validate(document);

    if (codes !== null && codes.length === 0) {
        checked++;
        if (!is_valid)
            fail(path, document ? JSON.stringify(validate.errors) : "is no YAML to the parser");
    } else if (is_about_structure(path)) {
        checked++;
        if (is_valid) fail(path, `is accepted, and is not valid: ${codes}`);
    }
}

workflows(source).forEach(check);
console.log(`${checked - failed} passed, ${failed} failed`);
process.exit(failed || !checked ? 1 : 0);
