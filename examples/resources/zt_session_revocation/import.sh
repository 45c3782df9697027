# The store holds fingerprints only, so the id carries the subjects: take it from `import_id` of the old state.
terraform import zt_session_revocation.mallory 'store=arn:aws:cloudfront::111122223333:key-value-store/11111111-2222-3333-4444-555555555555,id=AbCd_123,mode=block,at=2026-11-23T12:00:00Z,reason=left,user=https://login.example.com|248289761001'
# A revocation by file carries path and digest instead.
terraform import zt_session_revocation.leavers 'store=arn:aws:cloudfront::111122223333:key-value-store/11111111-2222-3333-4444-555555555555,id=AbCd_124,mode=block,at=2026-11-23T12:00:00Z,file=./leavers.csv,file_sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
