import { runProgram } from "../shared/program.ts";
import { startFakeLinear } from "./index.ts";

await runProgram(startFakeLinear);
