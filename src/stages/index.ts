export { readStage, readStageFile, stageFile, stageNumbers, stagesOf } from './read.ts';
