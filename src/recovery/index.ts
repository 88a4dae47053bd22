export { recoverLeftovers } from "./recover.ts";
