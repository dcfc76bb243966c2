// Reads a Teams manifest from standard input and prints what Microsoft's own schema has against it, as a JSON array.
const { AppManifestUtils } = require("@microsoft/app-manifest");
const { readFileSync } = require("node:fs");

AppManifestUtils.validateAgainstSchema(JSON.parse(readFileSync(0, "utf8"))).then(
  (mistakes) => console.log(JSON.stringify(mistakes)),
  (error) => {
    console.error(String(error));
    process.exit(1);
  },
);
