// Sends what a service would tell of its requests to models with OpenTelemetry's own SDK and exporters, over HTTP to WEIR_URL, and
// prints, one JSON line a call, what the exporters made of the answers. FORM is "json" or "proto"; TOLD, when set, is a file that is
// made when the first refusal has come.
import { channel } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import { ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { JsonLogsSerializer, ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";

const { WEIR_URL, WEIR_KEY, FORM, TOLD } = process.env;
const library = FORM === "proto" ? "proto" : "http";
const [{ OTLPTraceExporter }, { OTLPLogExporter }, { OTLPMetricExporter }] = await Promise.all([
  import(`@opentelemetry/exporter-trace-otlp-${library}`),
  import(`@opentelemetry/exporter-logs-otlp-${library}`),
  import(`@opentelemetry/exporter-metrics-otlp-${library}`),
]);
const tell = (call, rest) => console.log(JSON.stringify({ call, ...rest }));
channel("http.client.response.finish").subscribe(({ request, response }) => {
  tell("answer", {
    path: request.path,
    status: response.statusCode,
    retryAfter: response.headers["retry-after"] ?? null,
    sent: [request.getHeader("content-type"), request.getHeader("content-encoding") ?? null],
  });
  if (TOLD && response.statusCode === 429) {
    writeFileSync(TOLD, "");
  }
});
const to = (signal) => ({
  url: `${WEIR_URL}v1/${signal}`,
  headers: { authorization: `Bearer ${WEIR_KEY}` },
  compression: "gzip",
  timeoutMillis: 60_000,
});
const exported = (exporter, items) =>
  new Promise((resolve) => exporter.export(items, ({ code, error }) => resolve({ code, error: error?.message ?? null })));

const resource = resourceFromAttributes({ "service.name": "mill" });
const began = Date.now() - 5_000;

// Both families of the conventions: of today, and what was before it.
const spans = new InMemorySpanExporter();
const tracer = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(spans)] }).getTracer("mill");
const agent = tracer.startSpan("invoke_agent", {
  startTime: began,
  attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 1340, "gen_ai.usage.output_tokens": 57 },
}, ROOT_CONTEXT);
const below = trace.setSpan(ROOT_CONTEXT, agent);
tracer.startSpan("chat claude-haiku-4-5", {
  kind: SpanKind.CLIENT,
  startTime: began,
  attributes: {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-haiku-4-5",
    "gen_ai.response.model": "claude-haiku-4-5",
    "gen_ai.response.id": `msg_${FORM}_new`,
    "gen_ai.conversation.id": `talk-${FORM}`,
    "gen_ai.usage.input_tokens": 1240,
    "gen_ai.usage.cache_read.input_tokens": 1000,
    "gen_ai.usage.cache_creation.input_tokens": 200,
    "gen_ai.usage.output_tokens": 50,
  },
}, below).end(began + 1_500);
tracer.startSpan("chat gpt-4o-mini", {
  kind: SpanKind.CLIENT,
  startTime: began,
  attributes: {
    "gen_ai.system": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini",
    "gen_ai.response.id": `chatcmpl_${FORM}_old`,
    "gen_ai.usage.prompt_tokens": 100,
    "gen_ai.usage.completion_tokens": 7,
  },
}, below).end(began + 500);
agent.end();
tell("traces", await exported(new OTLPTraceExporter(to("traces")), spans.getFinishedSpans()));

if (!TOLD) {
  const records = new InMemoryLogRecordExporter();
  new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter: records })] }).getLogger("mill").emit({
    eventName: "gen_ai.client.inference.operation.details",
    timestamp: began,
    attributes: {
      "gen_ai.operation.name": "generate_content",
      "gen_ai.provider.name": "gcp.gemini",
      "gen_ai.request.model": "gemini-2.5-flash",
      "gen_ai.response.model": "gemini-2.5-flash",
      "gen_ai.response.id": `gemini_${FORM}`,
      "gen_ai.usage.input_tokens": 30,
      "gen_ai.usage.output_tokens": 9,
      "gen_ai.usage.reasoning.output_tokens": 4,
    },
  });
  tell("logs", await exported(new OTLPLogExporter(to("logs")), records.getFinishedLogRecords()));

  const sums = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: sums, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ resource, readers: [reader] });
  meters.getMeter("mill").createHistogram("gen_ai.client.token.usage", { unit: "{token}" }).record(1240, {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-haiku-4-5",
    "gen_ai.token.type": "input",
  });
  await meters.forceFlush();
  tell("metrics", await exported(new OTLPMetricExporter(to("metrics")), sums.getMetrics()[0]));
  await meters.shutdown();

  // A record that is none among sound ones: no exporter makes such, but it reads the answer.
  const [type, body, serializer] =
    FORM === "proto"
      ? ["application/x-protobuf", Uint8Array.from([10, 12, 18, 10, 18, 2, 50, 127, 18, 4, 42, 2, 10, 0]), ProtobufLogsSerializer]
      : ["application/json", '{"resourceLogs":[{"scopeLogs":[{"logRecords":[7,{}]}]}]}', JsonLogsSerializer];
  const answer = await fetch(to("logs").url, { method: "POST", body, headers: { "content-type": type, ...to("logs").headers } });
  const { partialSuccess } = serializer.deserializeResponse(new Uint8Array(await answer.arrayBuffer()));
  tell("partial", { rejected: Number(partialSuccess.rejectedLogRecords), words: partialSuccess.errorMessage });
}
