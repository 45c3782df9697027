terraform import zt_edge_auth.members main/members
