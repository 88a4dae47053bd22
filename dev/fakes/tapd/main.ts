import { runProgram } from "../shared/program.ts";
import { startFakeTapd } from "./index.ts";

await runProgram(startFakeTapd);
