terraform import zt_web_acl.main main
