// Neo4j's own analyser: reads {texts, labels, types, properties} as JSON, writes for each text what is wrong with it.
import { readFileSync } from "node:fs";
import { lintCypherQuery, testData } from "@neo4j-cypher/language-support";

const { texts, labels, types, properties } = JSON.parse(readFileSync(0, "utf8"));
const known = {
  labels,
  relationshipTypes: types,
  propertyKeys: properties,
  functions: testData.mockSchema.functions,
  procedures: testData.mockSchema.procedures,
};
const wrong = texts.map((text) => {
  const parameters = Object.fromEntries([...text.matchAll(/\$(\w+)/g)].map(([, name]) => [name, {}]));
  return lintCypherQuery(text, { ...known, parameters }).diagnostics.map((found) => found.message);
});
process.stdout.write(JSON.stringify(wrong));
