// A process that writes to a local tracker: `writer-process.ts <project> <state folder> <name> <rounds>`.
import { silentLog } from "../../../src/base/log.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { SecretRegistry } from "../../../src/base/redact.ts";
import { localTracker } from "../../../src/trackers/local/index.ts";

const [, , directory = "", stateDirectory = "", name = "", rounds = "0"] = process.argv;
const options = { signal: new AbortController().signal };
const tracker = await localTracker.open(
  {},
  {
    ...{ clock: systemClock(), random: systemRandom(), log: silentLog, secrets: new SecretRegistry() },
    ...{ directory, stateDirectory, environment: {} },
  },
);
const moved: string[] = [];
const created: string[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  await tracker.label("ISS-1", { add: [`${name}-${round}`], remove: [] }, options);
  await tracker.ensureComment("ISS-1", "workpad", `${name} ${round}`, name, options);
  await tracker.comment("ISS-1", `${name} ${round}`, name, options);
  if ((await tracker.move("ISS-1", { to: `s${round + 1}`, from: `s${round}` }, options)) === "moved")
    moved.push(`s${round + 1}`);
  const draft = { title: name, description: null, state: "Todo", labels: [], priority: null, blockedBy: [] };
  created.push((await tracker.create(draft, options)).identifier);
}
await tracker.close();
process.stdout.write(JSON.stringify({ moved, created }));
