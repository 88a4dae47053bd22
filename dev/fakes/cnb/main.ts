import { runProgram } from "../shared/program.ts";
import { startFakeCnb } from "./index.ts";

await runProgram(startFakeCnb);
