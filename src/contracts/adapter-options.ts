import { MaestroError } from "../base/errors.ts";
import { nearestOf } from "../base/nearest.ts";

/** What a generated validator says about one place. The shape of Ajv's own errors. */
export interface OptionFault {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Where the options stand and what is allowed there. */
export interface OptionPlace {
  /** The error's code, e.g. `tracker_invalid_config`. */
  readonly code: string;
  /** The key that holds the options in the workflow file, e.g. `tracker.provider`. */
  readonly key: string;
  /** The keys that are allowed at a path below `key`, for "did you mean". */
  readonly knownKeys: (path: readonly (string | number)[]) => readonly string[];
}

/**
 * The error for options that an adapter refuses: it names one place, what is wrong there and the nearest allowed key. Facts: `path`
 * (keys below `place.key`), from which the workflow room finds line and column. Values are not quoted: they may be secret.
 */
export function invalidOptions(faults: readonly OptionFault[], place: OptionPlace): MaestroError {
  const fault = mostTelling(faults);
  const above = fault === undefined ? [] : pathOf(fault.instancePath);
  const unknownKey = textOf(fault?.params.additionalProperty);
  const missingKey = textOf(fault?.params.missingProperty);
  const key = unknownKey ?? missingKey;
  const path = key === undefined ? above : [...above, key];
  const nearest = unknownKey === undefined ? undefined : nearestOf(unknownKey, place.knownKeys(above));
  return new MaestroError({
    code: place.code,
    message: `${[place.key, ...path].join(".")} ${complaint(fault, faults)}`,
    ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
    facts: { path, ...(unknownKey === undefined ? {} : { known: place.knownKeys(above) }) },
  });
}

/** An unknown key is often a misspelt required one, so it comes first; the summary of a union says nothing. */
function mostTelling(faults: readonly OptionFault[]): OptionFault | undefined {
  return (
    faults.find(({ keyword }) => keyword === "additionalProperties") ??
    faults.find(({ keyword }) => keyword === "required") ??
    faults.find(({ keyword }) => keyword !== "anyOf") ??
    faults[0]
  );
}

function complaint(fault: OptionFault | undefined, faults: readonly OptionFault[]): string {
  if (fault?.keyword === "additionalProperties") return "is not a known key";
  if (fault?.keyword === "required") return "is missing";
  if (fault?.keyword === "pattern") return "must not be blank or have other characters than allowed";
  if (fault?.keyword !== "type") return fault?.message ?? "is not valid";
  const same = faults.filter(({ keyword, instancePath }) => keyword === "type" && instancePath === fault.instancePath);
  return `must be ${[...new Set(same.map(({ params }) => String(params.type)))].join(" or ")}`;
}

function pathOf(pointer: string): (string | number)[] {
  const steps = pointer.split("/").slice(1);
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll("~1", "/").replaceAll("~0", "~")));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
