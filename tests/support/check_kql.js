// Reads {schema, queries} from standard input; prints what Microsoft's own parser of KQL says of each query, as JSON.
// `schema` is table → column → type, `queries` name → text. An answer has `mistakes`, `columns` and `tables`.
const { readFileSync } = require("node:fs");

globalThis.Bridge = undefined; // The package is written for a browser: its first file makes this, its second Kusto.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");

const { GlobalState, KustoCode, Symbols, Syntax } = Kusto.Language;

function listed(dotnet) {
  const found = [];
  if (!dotnet) return found;
  for (const each = Bridge.getEnumerator(dotnet); each.moveNext(); ) found.push(each.Current);
  return found;
}

function database(schema) {
  const tables = Object.entries(schema).map(([name, columns]) => {
    const made = Object.entries(columns).map(
      ([column, type]) => new Symbols.ColumnSymbol(column, Symbols.ScalarTypes.GetSymbol(type)),
    );
    return new Symbols.TableSymbol.$ctor4(name, made);
  });
  return GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("workspace", tables));
}

function mistakes(code, text) {
  // A text without a query and a control command have no diagnostics.
  const found = code.Kind === "Query" && code.ResultType ? [] : [{ line: 1, text: "", message: "This is not a query." }];
  for (const each of listed(code.GetDiagnostics())) {
    if (each.Severity !== "Error" && each.Severity !== "Warning") continue;
    const line = text.slice(0, each.Start).split("\n").length;
    found.push({ line, text: text.substr(each.Start, each.Length), message: each.Message });
  }
  return found;
}

function tables(code, globals) {
  const names = new Set();
  Syntax.SyntaxElement.WalkNodes(code.Syntax, (node) => {
    const symbol = node.ReferencedSymbol;
    if (symbol && Bridge.is(symbol, Symbols.TableSymbol) && globals.Database.GetTable(symbol.Name)) names.add(symbol.Name);
  });
  return [...names].sort();
}

const { schema, queries } = JSON.parse(readFileSync(0, "utf8"));
const globals = database(schema);
const answer = {};
for (const [name, text] of Object.entries(queries)) {
  const code = KustoCode.ParseAndAnalyze(text, globals);
  const columns = code.ResultType ? listed(code.ResultType.Columns) : [];
  answer[name] = {
    mistakes: mistakes(code, text),
    columns: columns.map((each) => [each.Name, each.Type.Name]),
    tables: tables(code, globals),
  };
}
console.log(JSON.stringify(answer));
