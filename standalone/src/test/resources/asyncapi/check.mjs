// Parses and validates an AsyncAPI document, and generates TypeScript models from it.
// Usage: node check.mjs DOCUMENT MODELS
import { Parser, fromFile } from '@asyncapi/parser';
import { TypeScriptGenerator } from '@asyncapi/modelina';
import { writeFileSync } from 'node:fs';

const [document, models] = process.argv.slice(2);
const { document: parsed, diagnostics } = await fromFile(new Parser(), document).parse();

// 0 is an error, 1 a warning; below are hints, such as that a newer version of AsyncAPI exists
const problems = diagnostics.filter((diagnostic) => diagnostic.severity <= 1);
problems.forEach(({ path, message }) => console.error(`${path.join('.')}: ${message}`));
if (!parsed || problems.length > 0) {
  process.exit(1);
}

const generated = await new TypeScriptGenerator({ modelType: 'interface', rawPropertyNames: true }).generate(parsed);
writeFileSync(models, generated.map((model) => `export ${model.result}`).join('\n'));
parsed.allMessages().all().forEach((message) => console.log(message.name()));
