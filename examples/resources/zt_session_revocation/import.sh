# The store holds fingerprints only, so the id carries the subjects: take it from `import_id` of the old state.
terraform import zt_session_revocation.mallory 'store=arn:aws:cloudfront::111122223333:key-value-store/11111111-2222-3333-4444-555555555555,id=AbCd_123,mode=block,at=2026-11-23T12:00:00Z,reason=left,user=https://login.example.com|248289761001'
