import { runProgram } from "../shared/program.ts";
import { startFakeGithub } from "./index.ts";

await runProgram(startFakeGithub);
