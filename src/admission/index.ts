export { admissionFolders } from './folders.ts';
export { admitBinary, binaryRecordName } from './binary.ts';
export { admitModel, modelRecordName } from './model.ts';
export { lapse, type Read, readRecord, recordsIn } from './record.ts';
