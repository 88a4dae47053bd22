import { isMaestroError, MaestroError } from "../../base/errors.ts";
import { agentKinds } from "../../model/agent-choice.ts";
import { explainKey } from "../../workflow/index.ts";
import { type Check, type DoctorPlace, fail, failed, ok, type Section, warn } from "./check.ts";

/** The workflow file and what it refers to. */
export const workflow: Section = {
  id: "workflow",
  title: "The workflow file",
  checks: async (place) => {
    const { workflow: found } = place;
    if (isMaestroError(found)) return [describeFailure(found)];
    const { profile, tracker, repo, warnings = [] } = found;
    const forge = repo === null ? "no repository" : `forge ${repo.provider.kind}`;
    const kinds = `profile ${profile.kind}, tracker ${tracker.kind}, ${forge}, agent ${agentKinds(found)}`;
    return [
      ok("valid", `${found.path} is valid: ${kinds}`),
      ...warnings.map(({ sentence }, at) =>
        warn(`warning_${at + 1}`, sentence, "Take it out of the file, or correct it."),
      ),
      ...(await checkEnvironment(place)),
    ];
  },
};

function describeFailure(error: MaestroError): Check {
  const mend = "`maestro init` writes one; `maestro --template local/local/mock` runs the demo without one.";
  if (error.code !== "missing_workflow_file") return failed("valid", error);
  return fail("valid", error.code, error.message, mend);
}

/** Names only: what a variable holds is nobody's business. */
async function checkEnvironment({ app, project }: DoctorPlace): Promise<Check[]> {
  if (project instanceof MaestroError) return [];
  let keys: Awaited<ReturnType<typeof explainKey>>;
  try {
    keys = await explainKey(await app.workflowInput(project), "");
  } catch (error) {
    return [failed("environment", error)];
  }
  const named = keys.flatMap(({ key, source }) =>
    source.kind === "file" && source.variable !== null ? [{ key, ...source.variable }] : [],
  );
  return named.map(({ key, name, isSet }) =>
    isSet
      ? ok(`environment_${name}`, `${name} is set (${key})`)
      : warn(`environment_${name}`, `${name} is not set (${key})`, `Set ${name}.`),
  );
}
