// Judges GraphQL documents with npm's graphql, one JSON line in, one out:
//   the first line is { sdl }; each after it { document, variables?, operationName? }
//   answers { syntax } for what cannot be read, else { errors: [[rule, "line:column …"]], result? }: the result when there are none
//   { introspect: true } is answered with the schema's introspection
// Every field resolves by its type and its name alone: see valueOf, which the tests have in C# too.
import { createInterface } from "node:readline";
import {
  buildSchema, execute, getIntrospectionQuery, graphqlSync, isAbstractType, isEnumType, isListType,
  isNonNullType, isObjectType, parse, specifiedRules, validate,
} from "graphql";

let schema;

function canonical(value) {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort().map((name) => `${name}:${canonical(value[name])}`).join(",")}}`;
  }
  return value === undefined ? "null" : JSON.stringify(value);
}

function valueOf(type, parent, field, args) {
  if (isNonNullType(type)) {
    return valueOf(type.ofType, parent, field, args);
  }
  if (isListType(type)) {
    const item = valueOf(type.ofType, parent, field, args);
    return field.startsWith("holed") ? [item, null, item] : [item, item];
  }
  if (isObjectType(type)) {
    return { __typename: type.name };
  }
  if (isAbstractType(type)) {
    return { __typename: schema.getPossibleTypes(type).map((one) => one.name).sort()[0] };
  }
  if (isEnumType(type)) {
    return type.getValues()[0].name;
  }
  return {
    String: `${parent}.${field}${canonical(args)}`, ID: `id-${field}`, Int: 7, Float: 1.5, Boolean: true, Stamp: "2026",
  }[type.name];
}

function resolve(source, args, context, info) {
  if (info.fieldName.startsWith("fails")) {
    throw new Error("as asked");
  }
  if (info.fieldName.startsWith("nothing")) {
    return null;
  }
  return valueOf(info.returnType, info.parentType.name, info.fieldName, args);
}

function begin(sdl) {
  schema = buildSchema(sdl);
  const stamp = schema.getType("Stamp");
  if (stamp) {
    const year = (text) => {
      if (!/^[0-9]{4}$/.test(text)) {
        throw new TypeError("no year");
      }
      return text;
    };
    stamp.parseLiteral = (node) => (node.kind === "StringValue" ? year(node.value) : undefined);
    stamp.parseValue = (value) => {
      if (typeof value !== "string") {
        throw new TypeError("no text");
      }
      return year(value);
    };
  }
  return {};
}

function judge({ document, variables, operationName }) {
  let read;
  try {
    read = parse(document);
  } catch (error) {
    return { syntax: error.message };
  }

  const errors = [];
  for (const rule of specifiedRules) {
    try {
      for (const { locations } of validate(schema, read, [rule])) {
        errors.push([
          rule.name.replace(/Rule$/, ""),
          (locations ?? []).map(({ line, column }) => `${line}:${column}`).join(" "),
        ]);
      }
    } catch (error) {
      return { threw: `${rule.name}: ${error.message}` };
    }
  }
  if (errors.length > 0 || read.definitions.every(({ kind }) => kind !== "OperationDefinition")) {
    return { errors };
  }

  const result = execute({
    schema, document: read, variableValues: variables, operationName, fieldResolver: resolve,
    typeResolver: (value) => value.__typename,
  });
  return {
    errors,
    result: {
      ...("data" in result ? { data: result.data } : {}),
      errors: (result.errors ?? []).map(({ path, locations }) => ({ path, locations })),
    },
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = asked.sdl
    ? begin(asked.sdl)
    : asked.introspect
      ? graphqlSync({ schema, source: asked.document ?? getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true, oneOf: true }) })
      : judge(asked);
  console.log(JSON.stringify(answer));
}
