export { admissionFolders } from './folders.ts';
export { admitBinary, binaryRecordName } from './binary.ts';
export { admitModel, modelRecordName } from './model.ts';
export { admitOwned, ownedLapse } from './owned.ts';
export { admitSource, sourceLapse, sourceRecordName } from './source.ts';
export { lapse, type Read, readRecord, recordsIn } from './record.ts';
