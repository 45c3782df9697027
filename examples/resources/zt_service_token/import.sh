# By store, application and name.
terraform import zt_service_token.ci main/members/ci

# By the ARN of its secret.
terraform import zt_service_token.ci arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/members/token/ci-AbCd12
