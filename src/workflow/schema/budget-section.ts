import { Type } from "typebox";
import { count, optionalText, section } from "./words.ts";

const limit = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));

const money = (description: string) => Type.Optional(Type.Number({ exclusiveMinimum: 0, description }));

const countOr = (fallback: number, description: string) =>
  Type.Integer({ minimum: 0, default: fallback, description: `${description}; 0: no limit. Default ${fallback}.` });

/** Limits that have no default in any scope but where it is said. */
const SHARED_LIMITS = {
  cost_usd: money("US dollars. Default: no limit."),
  turns: limit("Turns. Default: no limit."),
  model_calls: limit("Calls of the model. Default: no limit."),
  wall_ms: limit("How long sessions may be open in all, milliseconds. Default: no limit."),
};

const PriceEntry = Type.Object(
  {
    input: Type.Number({ minimum: 0, description: "Input that comes from no cache." }),
    cache_read: Type.Optional(Type.Number({ minimum: 0, description: "Input from the cache. Default: as `input`." })),
    cache_write: Type.Optional(Type.Number({ minimum: 0, description: "Input into the cache. Default: as `input`." })),
    output: Type.Number({ minimum: 0, description: "Output, with the reasoning." }),
  },
  { additionalProperties: false, description: "US dollars per million tokens." },
);

const Budget = section(
  "What work may use up. A run is stopped at a limit, and nothing is started that could not be paid for.",
  {
    run: section("Of one run. What is reached ends it and parks its issue.", {
      model_calls: count(300, "Calls of the model."),
      tokens: count(10_000_000, "Tokens, in and out."),
      cost_usd: money("US dollars, as far as prices are known. Default: no limit."),
      repeated_calls: count(25, "The same call of the same tool, with the same arguments, in a row."),
      turns: limit("Turns, beside `agent.max_turns`. Default: no limit."),
      wall_ms: limit(
        "How long its session may be open, milliseconds. Reached, it parks the issue, while a run that reaches `agent.run_timeout_ms` has failed and is tried again; the shorter one counts. Default: no limit.",
      ),
    }),
    issue: section("Of one issue, in all its lanes and runs. What is reached parks it.", {
      sessions: countOr(12, "Sessions since a person last acted on it"),
      tokens: countOr(30_000_000, "Tokens, in and out"),
      ...SHARED_LIMITS,
    }),
    day: section("Of all work of this workflow in one day. What is reached stops work until the next one.", {
      sessions: countOr(200, "Sessions"),
      tokens: limit("Tokens, in and out. Default: no limit."),
      ...SHARED_LIMITS,
    }),
    workflow: section(
      "Of all work of this workflow that is on record. What is reached stops work until it is raised.",
      {
        sessions: limit("Sessions. Default: no limit."),
        tokens: limit("Tokens, in and out. Default: no limit."),
        ...SHARED_LIMITS,
      },
    ),
    warn_at: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.8,
      description: "The share of a limit that is told of when it is used up. Default 0.8.",
    }),
    time_zone: optionalText("The time zone whose midnight begins a day, e.g. `Europe/Berlin`. Default: the machine's."),
    prices: Type.Record(Type.String(), PriceEntry, {
      default: {},
      description: "What models cost, by name; outweighs what agents and the built-in lists say. Default none.",
    }),
  },
);

/** What work may use up. */
export const BUDGET_SECTION = { budget: Budget };
