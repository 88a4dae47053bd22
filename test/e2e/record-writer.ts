// Writes to a record as fast as it can, and prints each number that was acknowledged; prints the code of the first error and ends.
// Usage: record-writer.ts <file> <first lane>
import { writeSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { messageOf, systemCode, toMaestroError } from "../../src/base/errors.ts";
import { silentLog } from "../../src/base/log.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { LaneSample } from "../../src/contracts/conformance/record-samples.ts";
import { openRecord, verifyRecord } from "../../src/record/index.ts";

const [file = "", name = ""] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

try {
  const open = await openRecord({
    file,
    workflowId: "sample",
    clock: systemClock(),
    log: silentLog,
    secrets: new SecretRegistry(),
  });
  const { record } = open;
  say("open");
  try {
    await write(name);
  } catch (error) {
    const { code } = toMaestroError(error);
    const { ok, events } = await verifyRecord(open);
    say(`error ${code} verified=${ok} whole=${events === (await record.views.lastSeq())}`);
    process.exit(3);
  }

  async function write(laneId: string): Promise<void> {
    const lane = new LaneSample("sample", laneId);
    await record.transact((tx) => tx.append([lane.opened(), lane.enqueued(laneId, 1), lane.leased(laneId, 1, 1)]));
    for (let round = 0; ; round += 1) {
      const observe = async (text: string): Promise<void> => {
        await record.observe([lane.progress(1, 1, text), lane.progress(1, 1, "x".repeat(500))]);
        say(`ack ${laneId} ${text}`);
      };
      const transact = async (text: string): Promise<void> => {
        await record.transact((tx) => tx.append([lane.progress(1, 1, text)]));
        say(`ack ${laneId} ${text}`);
      };
      await Promise.all([observe(`${round}a`), observe(`${round}b`), transact(`${round}c`), observe(`${round}d`)]);
    }
  }
} catch (error) {
  say(`failed ${toMaestroError(error).code} ${systemCode(error)} ${messageOf(error)}`);
  process.exit(4);
}
