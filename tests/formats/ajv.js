// SPDX-License-Identifier: GPL-2.0-or-later
// Validate JSON documents with ajv, the second opinion beside python3-jsonschema.
//
// usage: node ajv.js FOLDER-OF-OWN-SCHEMAS SARIF-SCHEMA < list
// list: one JSON text a line, {"name": ..., "schema": "$id" or "sarif", "document": ...}
// Faults go to stdout, a line each; exit status 0 when there are none, 77 without ajv.
'use strict';
const fs = require('fs');
const path = require('path');

let Ajv;
try {
  Ajv = require('ajv');
} catch (e) {
  process.stderr.write('ajv.js: ajv is not installed\n');
  process.exit(77);
}

// version 6: the SARIF schema is of draft 4, the own ones of draft 7
const ajv = new Ajv({schemaId: 'auto', allErrors: false, unknownFormats: 'ignore', logger: false});
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const own = process.argv[2];
for (const name of fs.readdirSync(own).filter((n) => n.endsWith('.schema.json')).sort())
  ajv.addSchema(read(path.join(own, name)));
const sarif = ajv.compile(read(process.argv[3]));

let bad = 0;
for (const line of fs.readFileSync(0, 'utf8').split('\n').filter((l) => l)) {
  const {name, schema, document} = JSON.parse(line);
  const check = schema === 'sarif' ? sarif : ajv.getSchema(schema);
  if (check(document)) continue;
  bad++;
  const e = check.errors[0];
  console.log(`${name}: ajv: ${e.dataPath || '/'}: ${e.message}`);
}
process.exitCode = bad ? 1 : 0;
