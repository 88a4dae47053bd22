export { readCatalogue } from "./catalogue.ts";
export { Consents, whatRuns } from "./consents.ts";
export { type Finding, findingLine } from "./finding.ts";
export {
  type Installed,
  installLocked,
  installPlugin,
  lockedPlugin,
  removePlugin,
  switchPlugin,
} from "./install.ts";
export { openKept } from "./kept-plugins.ts";
export { type LockedPlugin, type LockPlace, projectLock, userLock } from "./lock-file.ts";
export {
  addMarketplace,
  listMarketplaces,
  type Marketplace,
  type MarketplacePlace,
  removeMarketplace,
  updateMarketplaces,
} from "./marketplaces.ts";
export { NEW_PLUGIN_AXES, type NewPluginAxis, writeNewPlugin, writeNewSkill } from "./new-plugin.ts";
export { type Plugin, readPlugin } from "./plugin.ts";
export { registerPlugin } from "./plugin-code.ts";
export { readRunSkills } from "./run-skills.ts";
export { partsOf } from "./plugin-parts.ts";
export { readSkill, readSkills } from "./skill.ts";
export { chooseSkills, offeredSkills } from "./skill-choice.ts";
export { type AddedSkill, addSkills, linkSkill, removeSkill } from "./skill-folders.ts";
export { usedPlugins } from "./used-plugins.ts";
